#pragma once

#include <cstdint>

#include "base/guest_memory.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// Writes a function's result to the guest's `address`: kSuccess or kFault.
template <typename T>
Errno Store(const GuestMemory& memory, uint32_t address, T value) noexcept {
  return memory.Write(address, value) ? Errno::kSuccess : Errno::kFault;
}

}  // namespace wasmedge_embed::wasi
