#pragma once

#include <csignal>

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Keeps WasmEdge away from the process's handlers of SIGSEGV, SIGBUS and SIGFPE.
///
/// Compiled guests check neither memory bounds nor division: they fault, and WasmEdge's handler
/// jumps out of them. WasmEdge itself installs that handler for the whole process whenever a guest
/// runs and sets SIG_DFL afterwards, which removes the handler that JavaScript's own WebAssembly
/// relies on; and the handler would run on the stack that a recursing guest has just exhausted. So
/// libwasmedge's `sigaction` and `signal` are redirected, and its handler is only recorded, for
/// `FaultGuard`.
class WasmEdgeSignals {
 public:
  static constexpr Workaround kWorkaround = Workaround::kWasmEdgeSignals;

  WasmEdgeSignals() = delete;

  /// Throws `Error(kNativeLoad)` if the library calls the functions in another way.
  static void Install(void* wasmedge_library);

  /// The signals whose handlers WasmEdge sets.
  static constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE};
  static constexpr bool IsFault(int signal) noexcept {
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE;
  }

  /// Leaves the guest whose fault is being handled on this thread, with WasmEdge's handler; returns
  /// if there is none yet. For a signal handler.
  static void LeaveGuest(int signal, siginfo_t* info, void* context);
};

}  // namespace wasmedge_embed
