#include "inference/rewrite/model_patch.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kAlignment = 16;
constexpr size_t kReferenceSize = 4;

// A vtable: its size, the size of its table, and the offset of each field in the table, 0 if
// absent.
constexpr uint16_t kQuantizationVtable[] = {18, 16, 0, 0, 4, 8, 0, 0, 12};
static_assert(schema::quantization::kScale == 2 && schema::quantization::kZeroPoint == 3 &&
              schema::quantization::kQuantizedDimension == 6);
constexpr uint16_t kOperatorCodeVtable[] = {12, 16, 12, 0, 4, 8};
static_assert(schema::operator_code::kDeprecatedBuiltinCode == 0 &&
              schema::operator_code::kVersion == 2 && schema::operator_code::kBuiltinCode == 3);

}  // namespace

ModelPatch::ModelPatch(size_t file_size, size_t limit)
    : file_size_(file_size),
      limit_(limit),
      start_((file_size + kAlignment - 1) / kAlignment * kAlignment) {
  for (const uint16_t number : kQuantizationVtable) Append(number);
  for (const uint16_t number : kOperatorCodeVtable) Append(number);
}

void ModelPatch::Reserve(uint64_t bytes) const {
  if (bytes > limit_ || appended_.size() + space_bytes_ > limit_ - bytes) {
    throw std::length_error("too much is appended to a model");
  }
}

void ModelPatch::Align(size_t alignment) {
  appended_.resize((appended_.size() + alignment - 1) / alignment * alignment);
}

template <typename T>
void ModelPatch::Append(T value) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  appended_.insert(appended_.end(), bytes, bytes + sizeof(value));
}

template <typename T>
void ModelPatch::AppendVector(const std::vector<T>& values) {
  Append(static_cast<uint32_t>(values.size()));
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  appended_.insert(appended_.end(), bytes, bytes + values.size() * sizeof(T));
}

size_t ModelPatch::AppendQuantization(const std::vector<float>& scales,
                                      const std::vector<int64_t>& zero_points, int32_t dimension) {
  constexpr size_t kTableAndPadding = 48;
  Reserve(kTableAndPadding + uint64_t{scales.size()} * (sizeof(float) + sizeof(int64_t)));
  Align(sizeof(int64_t));
  // The zero points are the first vector: their elements are 4 bytes after an odd multiple of 4.
  Append(uint32_t{0});
  const size_t table = end();
  const size_t scale_field = table + 4;
  const size_t zero_point_field = table + 8;
  const size_t zero_point_vector = table + 16;
  const size_t scale_vector =
      zero_point_vector + sizeof(uint32_t) + zero_points.size() * sizeof(int64_t);
  Append(static_cast<int32_t>(table - start_));
  Append(static_cast<uint32_t>(scale_vector - scale_field));
  Append(static_cast<uint32_t>(zero_point_vector - zero_point_field));
  Append(dimension);
  AppendVector(zero_points);
  AppendVector(scales);
  return table;
}

size_t ModelPatch::AppendOperatorCode(int32_t code, int32_t version) {
  constexpr size_t kTableAndPadding = 32;
  Reserve(kTableAndPadding);
  Align(kReferenceSize);
  const size_t table = end();
  Append(static_cast<int32_t>(table - start_ - sizeof(kQuantizationVtable)));
  Append(version);
  Append(code);
  // What readers of old files look at; larger codes are only in the other field.
  constexpr int32_t kPlaceholder = schema::kPlaceholderForGreaterOpCodes;
  Append(static_cast<int32_t>(code < kPlaceholder ? code : kPlaceholder));
  return table;
}

ModelPatch::Space ModelPatch::AppendSpace(size_t size) {
  Reserve(2 * kAlignment + uint64_t{size});
  // After the vector's length.
  space_bytes_ = (space_bytes_ + kAlignment - 1) / kAlignment * kAlignment + kAlignment;
  const Space space{space_bytes_, size};
  space_bytes_ += size;
  return space;
}

size_t ModelPatch::AppendIntegers(const std::vector<int32_t>& integers) {
  constexpr size_t kLengthAndPadding = 8;
  Reserve(kLengthAndPadding + uint64_t{integers.size()} * sizeof(int32_t));
  Align(sizeof(int32_t));
  const size_t vector = end();
  AppendVector(integers);
  return vector;
}

size_t ModelPatch::spaces_start() const noexcept {
  constexpr size_t kBoundary = PageBuffer::kAlignment;
  return (end() + kBoundary - 1) / kBoundary * kBoundary;
}

PageBuffer ModelPatch::Apply(const uint8_t* file, std::vector<Range> unused) const {
  const size_t spaces = spaces_start();
  PageBuffer bytes =
      space_bytes_ == 0 ? PageBuffer(end()) : PageBuffer(spaces + space_bytes_, spaces);
  std::sort(unused.begin(), unused.end(),
            [](const Range& left, const Range& right) { return left.begin < right.begin; });
  unused.push_back({file_size_, file_size_});
  size_t copied = 0;
  for (const Range& range : unused) {
    if (range.begin > copied) {
      std::memcpy(bytes.data() + copied, file + copied, range.begin - copied);
    }
    copied = std::max(copied, range.end);
  }
  std::memcpy(bytes.data() + start_, appended_.data(), appended_.size());
  for (const Edit& edit : edits_) {
    std::memcpy(bytes.data() + edit.position, &edit.value, edit.size);
  }
  for (const auto& [position, space] : space_edits_) {
    const size_t vector = PositionOf(space) - sizeof(uint32_t);
    const auto size = static_cast<uint32_t>(space.size);
    const auto offset = static_cast<uint32_t>(vector - position);
    std::memcpy(bytes.data() + vector, &size, sizeof(size));
    std::memcpy(bytes.data() + position, &offset, sizeof(offset));
  }
  return bytes;
}

}  // namespace wasmedge_embed
