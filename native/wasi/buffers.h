#pragma once

#include <array>
#include <cstdint>

#include "base/guest_memory.h"
#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// The non-empty buffers of one scatter or gather call, checked and copied from the guest's memory:
/// the array that lists them may lie inside a buffer that is about to be filled.
class Buffers {
 public:
  struct Buffer {
    uint8_t* data;
    uint32_t size;
  };

  /// The most buffers per call, the usual value of POSIX's IOV_MAX. A call with more uses the first
  /// ones, which the guest sees as a short read or write.
  static constexpr uint32_t kMaxBuffers = 1024;

  // Not `= default`, which would zero 16 KiB for a call with one buffer.
  Buffers() noexcept {}
  /// One buffer of the host. `size` is not 0.
  Buffers(uint8_t* data, uint32_t size) noexcept : count_(1), total_size_(size) {
    buffers_[0] = {data, size};
  }
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;

  /// Reads `count` records of `iovec` at `address`. kFault if the array or a buffer is not inside
  /// `memory`, kInval if the sum of the lengths does not fit in 32 bits.
  Errno Load(const GuestMemory& memory, uint32_t address, uint32_t count) noexcept;

  uint32_t total_size() const noexcept { return total_size_; }

  /// Copies from the start of `source` into the buffers, one after another; returns the number of
  /// bytes.
  uint32_t Scatter(const uint8_t* source, uint64_t size) const noexcept;

  const Buffer* begin() const noexcept { return buffers_.data(); }
  const Buffer* end() const noexcept { return buffers_.data() + count_; }

 private:
  std::array<Buffer, kMaxBuffers> buffers_;
  uint32_t count_ = 0;
  uint32_t total_size_ = 0;
};

}  // namespace wasmedge_embed::wasi
