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

/// While one exists, its thread is running a guest: it is between calls into the engine that may
/// enter one. Code that ends guests early asks it where the thread is: `FaultGuard`,
/// `GuestInterrupt`, and the accounting of an interpreted guest's memory.
class GuestScope : public ThreadScope<GuestScope> {
 public:
  /// `timer` is the thread's own; `interpreter` stops interpreted guests and is otherwise null.
  /// `code` serves to locate the guest when it is left; null if unknown.
  GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
             InterpreterStop* interpreter, const CompiledCode* code) noexcept;
  ~GuestScope();

  /// Whether the guest trapped because it used up its stack.
  bool stack_overflowed() const noexcept { return stack_overflowed_ != 0; }

  /// The guest's call stack when it was last left; no frames if unknown. Names the frames and
  /// forgets them. Throws `std::bad_alloc`.
  GuestTrace TakeTrace();

  /// The engine is about to leave the guest for a reason other than a signal.
  void NoteJump() noexcept;

  // For signal handlers, which run on the guest's thread.

  bool is_in_host() const noexcept { return in_host_ != 0; }
  const Invocation& invocation() const noexcept { return invocation_; }
  Invocation& invocation() noexcept { return invocation_; }

  /// Records a fault of the guest's own code at that address, or a stack overflow.
  void NoteGuestFault(uintptr_t counter, uintptr_t address) noexcept;

  /// Records the call stack of a guest that is about to be left because of a signal.
  void NoteFrames(const void* context) noexcept;

  /// Whether host code called by the guest ran out of stack and was given more. It must be allowed
  /// to finish, since it may hold locks; the guest is ended after that.
  bool ExtendStack(uintptr_t address, void* context) noexcept;

  /// Makes the interrupted host code return to somewhere other than the guest
  /// (`RedirectReturnToGuest`). The engine's own code executes many of a guest's instructions
  /// (memory.fill, table.get and the like), and a guest that does little else is almost never
  /// interrupted in its own code.
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
  // Written by signal handlers on the same thread.
  volatile sig_atomic_t in_host_ = 0;
  volatile sig_atomic_t stack_overflowed_ = 0;
  /// Whether a handler has recorded the frames and causes the jump.
  volatile sig_atomic_t has_frames_ = 0;
  /// The original return address of the call whose return was redirected.
  uintptr_t left_ = 0;
  GuestFrames frames_;
  std::optional<InterpreterMemory::Scope> interpreter_memory_;
};

/// While one exists, the guest's thread is in a host function: faults are bugs of the host, and the
/// thread is not interrupted. Does nothing on a thread that runs no guest.
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

  /// Whether the guest has used up its stack and must not continue.
  bool stack_overflowed() const noexcept { return guest_ != nullptr && guest_->stack_overflowed(); }

 private:
  GuestScope* const guest_;
};

/// While one exists within a `HostScope`, the host function has called the guest, whose thread runs
/// it again.
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
