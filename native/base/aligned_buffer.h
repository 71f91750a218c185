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
  explicit AlignedBuffer(size_t size) : size_(size) {
    if (size > std::numeric_limits<size_t>::max() - kSpareBytes - kAlignment) {
      throw std::bad_alloc();
    }
    const size_t allocated = (size + kSpareBytes + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, allocated)));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_.get(), 0, allocated);
  }

  uint8_t* data() const noexcept { return data_.get(); }
  size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const noexcept { std::free(memory); }
  };

  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
};

}  // namespace wasmedge_embed
