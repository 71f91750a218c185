#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace wasmedge_embed {

/// A vector of numbers in a FlatBuffer. A view: the bytes must outlive it.
template <typename T>
class FlatVector {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = T;

    explicit Iterator(const uint8_t* at) noexcept : at_(at) {}
    T operator*() const noexcept { return Read(at_); }
    Iterator& operator++() noexcept {
      at_ += sizeof(T);
      return *this;
    }
    Iterator operator++(int) noexcept {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }
    bool operator!=(const Iterator& other) const noexcept { return at_ != other.at_; }

   private:
    const uint8_t* at_;
  };

  FlatVector() = default;
  FlatVector(const uint8_t* data, size_t size) noexcept : data_(data), size_(size) {}

  /// Null if the file has no such vector.
  const uint8_t* data() const noexcept { return data_; }
  /// The number of elements.
  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T operator[](size_t index) const noexcept { return Read(data_ + index * sizeof(T)); }
  Iterator begin() const noexcept { return Iterator(data_); }
  Iterator end() const noexcept { return Iterator(size_ == 0 ? data_ : data_ + size_ * sizeof(T)); }

 private:
  static T Read(const uint8_t* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof(value));
    return value;
  }

  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

class FlatTable;
class FlatTables;

/// The alignment of 64-bit numbers in a FlatBuffer: their natural one, which writers of the format
/// are supposed to use, or that of 32-bit numbers, which some writers do use. The supported
/// processors read both.
enum class FlatAlignment { kNatural, kHalf };

/// Reads a FlatBuffer (https://flatbuffers.dev/internals/) whose bytes are hostile: everything is
/// checked to be inside and naturally aligned before it is read, so reading everything in a schema
/// verifies the file. Every reader throws `Error(kModel)` that says what is damaged. A view: the
/// bytes must outlive it, its tables and its vectors.
///
/// Tables and vectors may be shared in a FlatBuffer, so a small file can unfold to a huge one. The
/// number of bytes read, counting repeated reads, is limited to four times the file's size plus 64
/// KiB; the contents of `Bytes` do not count.
class FlatBuffer {
 public:
  FlatBuffer(const uint8_t* bytes, size_t size,
             FlatAlignment alignment = FlatAlignment::kNatural) noexcept;
  FlatBuffer(const FlatBuffer&) = delete;
  FlatBuffer& operator=(const FlatBuffer&) = delete;

  const uint8_t* bytes() const noexcept { return bytes_; }
  size_t size() const noexcept { return size_; }

  FlatTable Root() const;

 private:
  friend class FlatTable;
  friend class FlatTables;

  FlatTable TableAt(uint64_t position, const char* what) const;
  /// Where the reference at `position` leads; there must be `size` bytes.
  size_t Follow(size_t position, size_t size, const char* what) const;
  /// The position of the first of `*count` elements of the vector that the reference at `position`
  /// leads to.
  size_t VectorAt(size_t position, size_t element_size, const char* what, size_t* count) const;
  void Spend(uint64_t bytes, const char* what) const;
  uint64_t ReadNumber(size_t position, size_t size) const noexcept;
  bool IsAligned(size_t position, size_t size) const noexcept {
    return position % (size < most_alignment_ ? size : most_alignment_) == 0;
  }

  const uint8_t* bytes_;
  size_t size_;
  size_t most_alignment_;
  mutable uint64_t budget_;
};

/// A table of a FlatBuffer. Fields are identified by their number in the schema (a union takes
/// two); `what` names the field in an error. A field that is missing in the file is absent, empty,
/// or has its default.
class FlatTable {
 public:
  bool Has(int field) const noexcept;

  template <typename T>
  T Scalar(int field, T otherwise, const char* what) const {
    const size_t position = ScalarPosition(field, sizeof(T), what);
    if (position == 0) return otherwise;
    T value;
    std::memcpy(&value, buffer_->bytes() + position, sizeof(value));
    return value;
  }

  template <typename T>
  FlatVector<T> Vector(int field, const char* what) const {
    size_t count = 0;
    const size_t position = VectorPosition(field, sizeof(T), what, &count);
    if (position == 0) return {};
    return {buffer_->bytes() + position, count};
  }

  /// A vector of bytes of any length, whose content is not read here.
  FlatVector<uint8_t> Bytes(int field, const char* what) const;
  /// A string, checked to have the terminating NUL that C readers rely on.
  std::string_view String(int field, const char* what) const;
  std::optional<FlatTable> Table(int field, const char* what) const;
  FlatTables Tables(int field, const char* what) const;

  /// The position of the table in the file.
  size_t position() const noexcept { return position_; }
  /// The position of the field's number or reference in the file; 0 if the field is missing.
  size_t FieldPosition(int field) const noexcept;

 private:
  friend class FlatBuffer;
  FlatTable(const FlatBuffer& buffer, size_t position, size_t vtable, uint16_t vtable_size,
            uint16_t table_size) noexcept
      : buffer_(&buffer),
        position_(position),
        vtable_(vtable),
        vtable_size_(vtable_size),
        table_size_(table_size) {}

  size_t ScalarPosition(int field, size_t size, const char* what) const;
  size_t VectorPosition(int field, size_t element_size, const char* what, size_t* count) const;

  const FlatBuffer* buffer_;
  size_t position_;
  size_t vtable_;
  uint16_t vtable_size_;
  uint16_t table_size_;
};

/// A vector of tables.
class FlatTables {
 public:
  FlatTables() = default;

  size_t size() const noexcept { return size_; }
  FlatTable operator[](size_t index) const {
    return buffer_->TableAt(buffer_->Follow(ReferencePosition(index), 0, what_), what_);
  }

  /// The position of the reference to a table in the file.
  size_t ReferencePosition(size_t index) const noexcept {
    return position_ + index * sizeof(uint32_t);
  }

 private:
  friend class FlatTable;
  FlatTables(const FlatBuffer& buffer, size_t position, size_t size, const char* what) noexcept
      : buffer_(&buffer), position_(position), size_(size), what_(what) {}

  const FlatBuffer* buffer_ = nullptr;
  size_t position_ = 0;
  size_t size_ = 0;
  const char* what_ = "";
};

}  // namespace wasmedge_embed
