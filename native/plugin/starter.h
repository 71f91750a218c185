#pragma once

#include <optional>
#include <string>

namespace wasmedge_embed::plugin {

/// If WASMEDGE_EMBED_PARENT is the ID of the process that started this one, the kernel ends this
/// process together with that one. Once per process; later calls do nothing.
void FollowParent() noexcept;

/// The descriptor in WASMEDGE_EMBED_LOG_DESCRIPTOR, for reports to whoever started the program;
/// nothing if it is not set or not open.
std::optional<int> LogDescriptor() noexcept;

/// WasmEdge's program writes its log to standard output, among the guest's output. With
/// WASMEDGE_EMBED_LOG_DESCRIPTOR, the log goes to that descriptor from now on, starting with the
/// line `{"log":1}`: standard output is then the guest's alone. Once per process; later calls do
/// nothing.
void RedirectProgramLog() noexcept;

/// Reports to the same descriptor which libwasmedge this process uses, and whether LLVM is loaded
/// as a separate library: `{"library":"/usr/lib/…","llvm":true}`. Once per process; later calls do
/// nothing.
void ReportLibrary(const std::string& path);

}  // namespace wasmedge_embed::plugin
