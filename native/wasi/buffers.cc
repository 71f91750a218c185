#include "wasi/buffers.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "wasi/abi.h"

namespace wasmedge_embed::wasi {

Errno Buffers::Load(const GuestMemory& memory, uint32_t address, uint32_t count) noexcept {
  if (!memory.Contains(address, uint64_t{count} * sizeof(Iovec))) return Errno::kFault;
  for (uint32_t i = 0; i < count && count_ < kMaxBuffers; ++i) {
    Iovec iovec;
    ByteSpan range;
    if (!memory.Read(address + i * static_cast<uint32_t>(sizeof(iovec)), &iovec) ||
        !memory.Range(iovec.buffer, iovec.length, &range)) {
      return Errno::kFault;
    }
    if (iovec.length == 0) continue;
    if (iovec.length > std::numeric_limits<uint32_t>::max() - total_size_) return Errno::kInval;
    total_size_ += iovec.length;
    buffers_[count_++] = {range.data, iovec.length};
  }
  return Errno::kSuccess;
}

uint32_t Buffers::Scatter(const uint8_t* source, uint64_t size) const noexcept {
  uint64_t copied = 0;
  for (const Buffer& buffer : *this) {
    if (copied == size) break;
    const uint64_t part = std::min<uint64_t>(buffer.size, size - copied);
    std::memcpy(buffer.data, source + copied, part);
    copied += part;
  }
  return static_cast<uint32_t>(copied);
}

}  // namespace wasmedge_embed::wasi
