#pragma once

#include <csignal>
#include <cstdint>
#include <optional>

#include "base/guest_frame.h"
#include "base/guest_stack.h"
#include "base/invocation.h"
#include "base/thread_scope.h"
#include "engine/guest_frames.h"
#include "workarounds/interpreter_memory.h"

namespace wasmedge_embed {

class CompiledCode;
class InterpreterStop;
class InterruptTimer;

/// While one lives, its thread runs a guest: between calls into the engine that may enter it. What
/// ends a guest early asks it where the thread is: `FaultGuard`, `GuestInterrupt`, and the memory
/// that an interpreted one takes.
class GuestScope : public ThreadScope<GuestScope> {
 public:
  /// `timer` is the thread's own; `interpreter` stops what is not compiled, and is null else. Of
  /// `code` it is told where the guest was; null where that is not known.
  GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
             InterpreterStop* interpreter, const CompiledCode* code) noexcept;
  ~GuestScope();

  /// Whether the guest was trapped because it had used up its stack.
  bool stack_overflowed() const noexcept { return stack_overflowed_ != 0; }

  /// Where the guest was when it was left the last time; no frames where that is not known. They
  /// are named and forgotten. Throws `std::bad_alloc`.
  GuestTrace TakeTrace();

  /// The engine is about to leave the guest for another reason than a signal.
  void NoteJump() noexcept;

  // For signal handlers, which run on the guest's thread.

  bool is_in_host() const noexcept { return in_host_ != 0; }
  const Invocation& invocation() const noexcept { return invocation_; }
  Invocation& invocation() noexcept { return invocation_; }

  /// A fault of the guest's own code at that address, or one for its want of stack.
  void NoteGuestFault(uintptr_t counter, uintptr_t address) noexcept;

  /// Remembers where the guest is, which is about to be left for a signal.
  void NoteFrames(const void* context) noexcept;

  /// Whether host code that the guest has called was given more stack for its want of it there. It
  /// must be let finish: it may hold locks. The guest is left after that.
  bool ExtendStack(uintptr_t address, void* context) noexcept;

  /// Has the host code that was interrupted return to no guest (`RedirectReturnToGuest`). The
  /// engine's own code serves many of a guest's instructions (memory.fill, table.get and the like),
  /// and a guest that does little else is hardly ever met in its own.
  bool LeaveOnReturn(void* context) noexcept;

 private:
  friend class HostScope;
  friend class ReentryScope;

  static void StopInterpreter(void* scope);

  GuestStack& stack_;
  InterruptTimer& timer_;
  Invocation& invocation_;
  InterpreterStop* const interpreter_;
  const CompiledCode* const code_;
  // Written by the handlers on the same thread.
  volatile sig_atomic_t in_host_ = 0;
  volatile sig_atomic_t stack_overflowed_ = 0;
  /// Whether a handler has remembered the frames, and the jump is its.
  volatile sig_atomic_t has_frames_ = 0;
  /// Where the guest was to go on after the call whose return was redirected.
  uintptr_t left_ = 0;
  GuestFrames frames_;
  std::optional<InterpreterMemory::Scope> interpreter_memory_;
};

/// While one lives, the guest's thread is in a host function: its faults are the host's own bugs
/// and it is not interrupted. Does nothing on a thread that runs no guest.
class HostScope {
 public:
  HostScope() noexcept : guest_(GuestScope::Current()) {
    if (guest_ != nullptr) guest_->in_host_ = 1;
  }
  ~HostScope() {
    if (guest_ != nullptr) guest_->in_host_ = 0;
  }
  HostScope(const HostScope&) = delete;
  HostScope& operator=(const HostScope&) = delete;

  /// Whether the guest has used up its stack and is to go no further.
  bool stack_overflowed() const noexcept { return guest_ != nullptr && guest_->stack_overflowed(); }

 private:
  GuestScope* const guest_;
};

/// While one lives within a `HostScope`, the guest's thread runs the guest again, which the host
/// function has called.
class ReentryScope {
 public:
  ReentryScope() noexcept : guest_(GuestScope::Current()) {
    if (guest_ != nullptr) guest_->in_host_ = 0;
  }
  ~ReentryScope() {
    if (guest_ != nullptr) guest_->in_host_ = 1;
  }
  ReentryScope(const ReentryScope&) = delete;
  ReentryScope& operator=(const ReentryScope&) = delete;

 private:
  GuestScope* const guest_;
};

}  // namespace wasmedge_embed
