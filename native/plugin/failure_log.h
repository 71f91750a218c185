#pragma once

#include "base/error.h"
#include "base/invocation.h"

namespace wasmedge_embed::plugin {

/// Reports why a host function ended a guest: WasmEdge's own message only says that one failed, and
/// a plug-in writes to none of the process's streams (with the exception below). Appends one line
/// of JSON to the file named by WASMEDGE_EMBED_LOG, `{"code":"ERR_…","message":"…"}`, with
/// `"limit"` for ERR_LIMIT and `"trap"` for ERR_TRAP; and to the descriptor in
/// WASMEDGE_EMBED_LOG_DESCRIPTOR. Does nothing without these variables, or if the file cannot be
/// written.
void LogFailure(const Error& error) noexcept;

/// Reports in the same places why a guest got an error number for inference:
/// `{"function":"wasi_ephemeral_nn.compute","errno":5,"reason":"…"}`.
void LogInferenceFailure(const InferenceFailure& failure) noexcept;

/// Ends the program after a failure that must not be survived: the failure is logged, or written to
/// standard error if nobody has asked for the log. No guest code runs anymore.
[[noreturn]] void EndProgram(const Error& error) noexcept;

}  // namespace wasmedge_embed::plugin
