#pragma once

#include <cstdint>
#include <string_view>

#include "base/invocation.h"
#include "wasi/buffers.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// Writes a guest's output to one of the process's own descriptors, without JavaScript. With
/// `blocks`, waits while it is full. Sets `size` to the number of bytes written. If nobody reads it
/// anymore, the guest gets kPipe, like a program that ignores SIGPIPE (Node.js ignores it).
Errno WriteInherited(int descriptor, bool blocks, const Buffers& buffers, Invocation& invocation,
                     uint32_t* size);

/// Writes as much of a short text as the descriptor accepts.
void WriteShortText(int descriptor, std::string_view text) noexcept;

}  // namespace wasmedge_embed::wasi
