#pragma once

#include <csignal>

namespace wasmedge_embed {

/// Keeps the process's handling of SIGSEGV, SIGBUS and SIGFPE intact while guests use these signals
/// for their traps.
///
/// One handler of ours stays installed, on the alternate stack. It passes a fault in a guest's code
/// to WasmEdge's handler, which was not installed in the process (`WasmEdgeSignals`), and any other
/// fault to the previous handler. Host code that a guest has called near the end of its stack gets
/// more stack, and the guest is ended after that code returns (`GuestScope`).
class FaultGuard {
 public:
  FaultGuard() = delete;

  /// Once per process.
  static void Install();

 private:
  static void OnFault(int signal, siginfo_t* info, void* context);
};

}  // namespace wasmedge_embed
