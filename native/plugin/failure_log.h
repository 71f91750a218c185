#pragma once

#include "base/error.h"
#include "base/invocation.h"

namespace wasmedge_embed::plugin {

/// Tells why a guest was ended by a host function: WasmEdge's own message says no more than that
/// one failed, and a plug-in writes to none of the process's streams (but see below). Appends one
/// line of JSON to the file that WASMEDGE_EMBED_LOG names, `{"code":"ERR_…","message":"…"}`, for
/// ERR_LIMIT with
/// `"limit"` and for ERR_TRAP with `"trap"`; and to the descriptor of
/// WASMEDGE_EMBED_LOG_DESCRIPTOR. Does nothing without these variables, or where the file cannot be
/// written.
void LogFailure(const Error& error) noexcept;

/// Tells in the same places why a guest was given an error number for inference:
/// `{"function":"wasi_ephemeral_nn.compute","errno":5,"reason":"…"}`.
void LogInferenceFailure(const InferenceFailure& failure) noexcept;

/// Ends the program for a failure after which it must not go on: logged, and told on standard error
/// where nobody has asked for the log. Of a guest's, nothing runs any more.
[[noreturn]] void EndProgram(const Error& error) noexcept;

}  // namespace wasmedge_embed::plugin
