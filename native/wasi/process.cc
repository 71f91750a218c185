#include <thread>

#include "wasi/functions.h"

namespace wasmedge_embed::wasi {

HostOutcome ProcExit(WasiState& /*state*/, HostCall& call) {
  call.invocation().set_exit_code(call.I32(0));
  return HostOutcome::kExit;
}

Errno ProcRaise(WasiState& /*state*/, HostCall& /*call*/, uint32_t /*signal*/) {
  return Errno::kNotSup;
}

Errno SchedYield(WasiState& /*state*/, HostCall& /*call*/) {
  std::this_thread::yield();
  return Errno::kSuccess;
}

}  // namespace wasmedge_embed::wasi
