#pragma once

#include <optional>

namespace wasmedge_embed::plugin {

/// With WASMEDGE_EMBED_PARENT, the identifier of the process that started this one, the kernel ends
/// this one with that. Once in a process; later calls do nothing.
void FollowParent() noexcept;

/// The descriptor that WASMEDGE_EMBED_LOG_DESCRIPTOR names, for what is told to the one who started
/// the program; nothing where it is not set or not open.
std::optional<int> LogDescriptor() noexcept;

/// WasmEdge's program writes its log to standard output, among what the guest writes there. With
/// WASMEDGE_EMBED_LOG_DESCRIPTOR the log goes to that descriptor from now on, and begins with a
/// line that says so, `{"log":1}`: standard output is then the guest's alone. Once in a process;
/// later calls do nothing.
void RedirectProgramLog() noexcept;

}  // namespace wasmedge_embed::plugin
