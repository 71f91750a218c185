#pragma once

namespace wasmedge_embed {

/// Leads what WasmEdge's own program writes to C's standard output, its log, to another descriptor
/// of the process. What is written to descriptor 1, the guest's output, stays where it is. Nothing
/// can lead it back.
///
/// The program's logger (spdlog) has kept C's stream `stdout`, and its WASI writes to descriptor 1.
/// So the stream gets another descriptor. The C library has no function for it: freopen() keeps the
/// number, and assigning `stdout` does not reach pointers that were kept.
void LeadProgramLogTo(int descriptor) noexcept;

}  // namespace wasmedge_embed
