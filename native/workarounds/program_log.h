#pragma once

namespace wasmedge_embed {

/// Redirects what WasmEdge's own program writes to C's standard output, its log, to another
/// descriptor of the process. What is written to descriptor 1, the guest's output, is not affected.
/// This cannot be undone.
///
/// The program's logger (spdlog) keeps C's stream `stdout`, while its WASI writes to descriptor 1.
/// So the stream gets another descriptor. The C library has no function for that: freopen() keeps
/// the number, and assigning `stdout` does not affect pointers kept elsewhere.
void LeadProgramLogTo(int descriptor) noexcept;

}  // namespace wasmedge_embed
