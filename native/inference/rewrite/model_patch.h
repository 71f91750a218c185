#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/page_buffer.h"

namespace wasmedge_embed {

/// Changes to a .tflite file: overwritten numbers, and tables and vectors without references to the
/// rest of the file, appended to its end. Everything else in the file stays unchanged, since
/// nothing moves. References in a FlatBuffer point forward, so everything in the file can refer to
/// what is appended.
class ModelPatch {
 public:
  /// For a file of `file_size` bytes. More than `limit` appended bytes are rejected.
  ModelPatch(size_t file_size, size_t limit);

  /// Overwrites the number at this position in the file.
  void SetByte(size_t position, uint8_t value) { edits_.push_back({position, value, 1}); }
  void SetWord(size_t position, uint32_t value) { edits_.push_back({position, value, 4}); }
  /// Makes the reference at this position in the file point to something appended.
  void Refer(size_t position, size_t target) {
    SetWord(position, static_cast<uint32_t>(target - position));
  }

  /// Append a table, and return its position. They throw `std::length_error` beyond the limit.
  size_t AppendQuantization(const std::vector<float>& scales,
                            const std::vector<int64_t>& zero_points, int32_t dimension);
  size_t AppendOperatorCode(int32_t code, int32_t version);
  /// The same for a vector.
  size_t AppendIntegers(const std::vector<int32_t>& integers);

  /// A byte vector that is written after `Apply`, aligned to 16. All of them are at the end of the
  /// file.
  struct Space {
    size_t offset;
    size_t size;
  };
  Space AppendSpace(size_t size);
  void ReferToSpace(size_t position, Space space) { space_edits_.push_back({position, space}); }
  /// The position of its first byte, once nothing more is appended.
  size_t PositionOf(Space space) const noexcept { return spaces_start() + space.offset; }

  /// Bytes of the file.
  struct Range {
    size_t begin;
    size_t end;
  };
  /// The file with the changes; the positions of the edits must be inside it. `unused` is not
  /// copied, and remains zero. Throws `std::bad_alloc`.
  PageBuffer Apply(const uint8_t* file, std::vector<Range> unused) const;

 private:
  struct Edit {
    size_t position;
    uint32_t value;
    uint8_t size;
  };

  struct SpaceEdit {
    size_t position;
    Space space;
  };

  size_t end() const noexcept { return start_ + appended_.size(); }
  size_t spaces_start() const noexcept;
  void Reserve(uint64_t bytes) const;
  void Align(size_t alignment);
  template <typename T>
  void Append(T value);
  template <typename T>
  void AppendVector(const std::vector<T>& values);

  size_t file_size_;
  size_t limit_;
  /// The position of the first appended byte.
  size_t start_;
  std::vector<uint8_t> appended_;
  size_t space_bytes_ = 0;
  std::vector<Edit> edits_;
  std::vector<SpaceEdit> space_edits_;
};

}  // namespace wasmedge_embed
