#pragma once

#include <csignal>

namespace wasmedge_embed {

/// Keeps the process's handling of SIGSEGV, SIGBUS and SIGFPE intact while guests use these signals
/// for their traps.
///
/// One handler of ours stays installed, on the alternate stack: a fault in a guest's code goes to
/// WasmEdge's handler, which was kept from the process (`WasmEdgeSignals`), every other to the
/// handler that was there before. Host code that a guest has called at the end of its stack is
/// given more, and the guest is left after that (`GuestScope`).
class FaultGuard {
 public:
  FaultGuard() = delete;

  /// Once in a process.
  static void Install();

 private:
  static void OnFault(int signal, siginfo_t* info, void* context);
};

}  // namespace wasmedge_embed
