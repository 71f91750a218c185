#pragma once

#include <functional>
#include <string_view>

#include "host/host_module.h"

namespace wasmedge_embed {

/// The state of `env` as AssemblyScript's compiler expects it of its host: where traces go.
struct AssemblyScriptState {
  /// Appends to the guest's standard error; throws `Error(kOutputLimit)` beyond the limit.
  std::function<void(std::string_view)> write_stderr;
};

/// `env.abort`, `env.trace` and `env.seed`, which AssemblyScript's compiler imports for `abort` and
/// failed assertions, for `trace`, and for `Math.random`. They are there where the embedder gives
/// none of its own. `abort` ends the guest with the trap "abort"; `trace` writes a line to standard
/// error; `seed` gives a random integer of 53 bits.
const HostModule<AssemblyScriptState>& AssemblyScriptModule();

}  // namespace wasmedge_embed
