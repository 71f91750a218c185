#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

namespace wasmedge_embed {

/// An owned buffer for LiteRT: aligned to 64 bytes, initially zero, and followed by at least 64
/// more zero bytes, since its kernels read whole vectors past the end. Throws `std::bad_alloc`.
class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64;
  static constexpr size_t kSpareBytes = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : AlignedBuffer(size, 0, 0) {}

  /// A copy in a buffer of `size` bytes. Memory that is not touched costs nothing, so there is also
  /// room for what may have to stand before the bytes.
  static AlignedBuffer CopyWithRoom(const uint8_t* bytes, size_t count, size_t size) {
    AlignedBuffer buffer(size, count, kRoom);
    std::memcpy(buffer.data(), bytes, count);
    return buffer;
  }

  uint8_t* data() const noexcept { return data_ == nullptr ? nullptr : data_.get() + offset_; }
  size_t size() const noexcept { return size_; }

  /// Has the buffer begin so many bytes earlier, whatever they are; a multiple of 64. False, and no
  /// change, where there is no room.
  [[nodiscard]] bool Prepend(size_t count) noexcept {
    if (count > offset_) return false;
    offset_ -= count;
    size_ += count;
    return true;
  }

 private:
  static constexpr size_t kRoom = 1024 * kAlignment;

  struct Free {
    void operator()(uint8_t* memory) const noexcept { std::free(memory); }
  };

  /// The first `unset` bytes are about to be written.
  AlignedBuffer(size_t size, size_t unset, size_t room) : offset_(room), size_(size) {
    if (size > std::numeric_limits<size_t>::max() - room - kSpareBytes - kAlignment) {
      throw std::bad_alloc();
    }
    const size_t allocated = (room + size + kSpareBytes + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, allocated)));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_.get() + room + unset, 0, allocated - room - unset);
  }

  std::unique_ptr<uint8_t, Free> data_;
  size_t offset_ = 0;
  size_t size_ = 0;
};

}  // namespace wasmedge_embed
