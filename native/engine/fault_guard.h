#pragma once

#include <csignal>
#include <cstddef>

#include "base/guest_stack.h"
#include "base/invocation.h"

namespace wasmedge_embed {

class InterpreterStop;
class InterruptTimer;

/// Keeps the process's handling of SIGSEGV, SIGBUS and SIGFPE intact while guests use these signals
/// for their traps.
///
/// Compiled guests check neither memory bounds nor division: they fault, and WasmEdge's handler
/// jumps out of them. By itself it would install that handler for the whole process whenever a
/// guest runs and set SIG_DFL afterwards, which takes away the handler that JavaScript's own
/// WebAssembly relies on; and the handler would run on the stack that a recursing guest has just
/// exhausted. So libwasmedge's `sigaction` and `signal` are redirected (its own slots, nobody
/// else's), its handler is only remembered, and one handler of ours stays installed, on the
/// alternate stack: a fault in a guest's code goes to WasmEdge's handler, every other to the
/// handler that was there before.
///
/// An interpreted guest's calls take no stack but memory, which WasmEdge gives without end. So its
/// `operator new` is redirected as well: a guest for which a single block becomes too large is
/// stopped.
///
/// LLVM, which the compiler is made of, installs handlers as well, for SIGINT and SIGTERM too, and
/// never removes them: its calls are redirected in the same way and dropped while it compiles.
///
/// One of the few pieces of global mutable state, which ARCHITECTURE.md lists.
class FaultGuard {
 public:
  FaultGuard() = delete;

  /// Once, right after libwasmedge is opened and before any compiled module is: all code that is
  /// loaded by then is the host's. Throws `Error(kNativeLoad)` when the library is not as expected.
  static void Install(void* wasmedge_library);

  /// After a compiled module was opened and before it runs. It may lie where a library was that the
  /// host has unloaded since, and is told from it by what is loaded now.
  static void ForgetUnloadedCode();

  /// While one lives, its thread compiles: no signal handler is installed by the compiler.
  class CompileScope {
   public:
    CompileScope() noexcept;
    ~CompileScope();
    CompileScope(const CompileScope&) = delete;
    CompileScope& operator=(const CompileScope&) = delete;
  };

  /// The signal that interrupts a guest; `InterruptTimer` sends it to a guest's thread.
  static int interrupt_signal() noexcept;

  /// While one lives, its thread runs a guest: between calls into the engine that may enter it.
  class GuestScope {
   public:
    /// `timer` is the thread's own; `interpreter` stops what is not compiled, and is null else.
    GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
               InterpreterStop* interpreter) noexcept;
    ~GuestScope();
    GuestScope(const GuestScope&) = delete;
    GuestScope& operator=(const GuestScope&) = delete;

    /// Whether the guest was trapped because it had used up its stack.
    bool stack_overflowed() const noexcept { return stack_overflowed_; }

   private:
    friend class FaultGuard;

    GuestStack& stack_;
    InterruptTimer& timer_;
    Invocation& invocation_;
    InterpreterStop* const interpreter_;
    // Written by the handler on the same thread.
    volatile sig_atomic_t in_host_ = 0;
    volatile sig_atomic_t stack_overflowed_ = 0;
  };

  /// While one lives, the guest's thread is in a host function: its faults are the host's own bugs
  /// and it is not interrupted. Does nothing on a thread that runs no guest.
  class HostScope {
   public:
    HostScope() noexcept;
    ~HostScope();
    HostScope(const HostScope&) = delete;
    HostScope& operator=(const HostScope&) = delete;

    /// Whether the guest has used up its stack and is to go no further.
    bool stack_overflowed() const noexcept;

   private:
    GuestScope* scope_;
  };

 private:
  static void* Allocate(size_t size);
  static void OnFault(int signal, siginfo_t* info, void* context);
  static void OnInterrupt(int signal, siginfo_t* info, void* context);
  static bool LeaveGuestOnReturn(const GuestScope& guest, void* context);
};

}  // namespace wasmedge_embed
