#pragma once

#include <cstdint>
#include <string_view>

#include "base/invocation.h"
#include "wasi/buffers.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// Writes a guest's output to a descriptor of the process's own, without JavaScript: waits while it
/// is full where `blocks`, and gives how much was written in `size`. Where nobody reads it any more
/// the guest is told kPipe, as a program is that ignores SIGPIPE (Node.js ignores it).
Errno WriteInherited(int descriptor, bool blocks, const Buffers& buffers, Invocation& invocation,
                     uint32_t* size);

/// Writes what the descriptor takes of a few words.
void WriteShortText(int descriptor, std::string_view text) noexcept;

}  // namespace wasmedge_embed::wasi
