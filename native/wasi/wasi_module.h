#pragma once

#include "host/host_module.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed {

/// All of `wasi_snapshot_preview1`, over `WasiState`: streams and folders as given, all other files
/// in memory and read-only, the host's clocks and randomness, and no sockets. A call that is not
/// permitted returns an errno and never traps; only `proc_exit` ends the guest.
///
/// Errors follow wasmtime and, where that is unspecific, POSIX: kRofs for changing a read-only file
/// system, kBadf for writing to a file that is not open for writing, kIsDir for reading or writing
/// a directory, kNotDir for a path relative to anything else, kSpipe for seeking a standard stream,
/// kNotCapable for a path that leads out of its directory.
const HostModule<WasiState>& WasiModule();

}  // namespace wasmedge_embed
