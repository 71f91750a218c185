#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace wasmedge_embed {

/// Owned bytes on pages of their own, as the file of a model is kept: aligned to 64, zero at first,
/// with room in front of them and at least 64 more zero bytes behind, since LiteRT's kernels read
/// whole vectors past the end. What is not touched takes no memory. AddressSanitizer reports every
/// other access outside of them. Throws `std::bad_alloc`.
class PageBuffer {
 public:
  static constexpr size_t kAlignment = 64;
  static constexpr size_t kSpareBytes = 64;
  static constexpr size_t kRoom = size_t{64} << 10;

  PageBuffer() = default;
  /// Everything from `dense` on, a multiple of 64, is going to be written: it gets large pages if
  /// the system has any. The kernel takes a microsecond or more to provide a page, of either size.
  explicit PageBuffer(size_t size, size_t dense = 0);
  static PageBuffer Copy(const uint8_t* bytes, size_t size);

  uint8_t* data() const noexcept { return mapping_ == nullptr ? nullptr : mapping_.get() + begin_; }
  size_t size() const noexcept { return mapping_ == nullptr ? 0 : size_; }
  /// Whether it has been moved from, or made of nothing.
  bool empty() const noexcept { return mapping_ == nullptr; }
  /// Gives up what lies behind, which stays mapped.
  void Truncate(size_t size) noexcept;
  /// Adds up to `kRoom` bytes in front to what may be used, and returns the first of them.
  uint8_t* UseRoom(size_t bytes) noexcept;

 private:
  struct Unmap {
    size_t size;
    void operator()(uint8_t* mapping) const noexcept;
  };

  std::unique_ptr<uint8_t, Unmap> mapping_{nullptr, Unmap{0}};
  size_t begin_ = kRoom;
  size_t size_ = 0;
};

}  // namespace wasmedge_embed
