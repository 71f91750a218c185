#pragma once

#include <functional>
#include <string_view>

#include "host/host_module.h"

namespace wasmedge_embed {

/// The state of `env` as AssemblyScript's compiler expects it: where traces go.
struct AssemblyScriptState {
  /// Appends to the guest's standard error; throws `Error(kOutputLimit)` beyond the limit.
  std::function<void(std::string_view)> write_stderr;
};

/// `env.abort`, `env.trace` and `env.seed`, which AssemblyScript's compiler imports for `abort` and
/// failed assertions, for `trace`, and for `Math.random`. Used if the embedder does not provide its
/// own. `abort` ends the guest with the trap "abort"; `trace` writes a line to standard error;
/// `seed` returns a random 53-bit integer.
const HostModule<AssemblyScriptState>& AssemblyScriptModule();

}  // namespace wasmedge_embed
