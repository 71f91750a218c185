#pragma once

#include "host/host_module.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed {

/// `wasi_snapshot_preview1`, complete, over `WasiState`: what the guest is given is in memory,
/// files are read-only, clocks and randomness are the host's, and there are no sockets. A call that
/// is not granted returns its errno and never traps; only `proc_exit` ends the guest.
///
/// Errors follow wasmtime and, where it says less, POSIX: kRofs for what would change the file
/// system, kBadf for writing to a file, kIsDir for data of a directory, kNotDir for a path relative
/// to anything else, kSpipe for seeking stdio, kPerm for a path that leads out of its directory.
const HostModule<WasiState>& WasiModule();

}  // namespace wasmedge_embed
