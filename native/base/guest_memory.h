#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace wasmedge_embed {

/// A contiguous range of mutable bytes, borrowed.
struct ByteSpan {
  uint8_t* data = nullptr;
  uint64_t size = 0;
};

/// The calling guest's linear memory as one host function sees it. Valid only until that function
/// returns: the guest may then grow its memory, which may move it.
///
/// Addresses and lengths come from the guest and are hostile. All arithmetic is in 64 bits, where a
/// 32-bit address plus a 32-bit count times an element size cannot wrap.
class GuestMemory {
 public:
  /// A guest without memory has `base == nullptr` and `size == 0`: only the empty range at address
  /// 0 is inside it.
  GuestMemory(uint8_t* base, uint64_t size) noexcept : base_(base), size_(size) {}

  /// In bytes, a multiple of 65,536; at most 4 GiB.
  uint64_t size() const noexcept { return size_; }

  /// Whether [address, address + length) lies inside. `length` may be any 64-bit value, so a caller
  /// can pass `uint64_t{count} * element_size` unchecked.
  bool Contains(uint32_t address, uint64_t length) const noexcept {
    return address <= size_ && length <= size_ - address;
  }

  /// The bytes of the range; false if any of them lies outside.
  [[nodiscard]] bool Range(uint32_t address, uint64_t length, ByteSpan* out) const noexcept {
    if (!Contains(address, length)) return false;
    *out = {base_ + address, length};
    return true;
  }

  /// The same as text: a name or path, which may contain any bytes.
  [[nodiscard]] bool Text(uint32_t address, uint32_t length, std::string_view* out) const noexcept {
    if (!Contains(address, length)) return false;
    *out = {reinterpret_cast<const char*>(base_ + address), length};
    return true;
  }

  /// Reads a little-endian scalar at any alignment.
  template <typename T>
  [[nodiscard]] bool Read(uint32_t address, T* out) const noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!Contains(address, sizeof(T))) return false;
    std::memcpy(out, base_ + address, sizeof(T));
    return true;
  }

  /// Writes a little-endian scalar at any alignment.
  template <typename T>
  [[nodiscard]] bool Write(uint32_t address, T value) const noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!Contains(address, sizeof(T))) return false;
    std::memcpy(base_ + address, &value, sizeof(T));
    return true;
  }

 private:
  uint8_t* base_;
  uint64_t size_;
};

}  // namespace wasmedge_embed
