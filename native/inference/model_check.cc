#include "inference/model_check.h"

#include <cstring>
#include <limits>
#include <string>

#include "engine/error.h"

namespace wasmedge_embed {
namespace {

// The root table's offset and the file identifier.
constexpr size_t kHeaderSize = 8;
// A vtable's own size and its table's size.
constexpr size_t kMinimumVtableSize = 4;

[[noreturn]] void Refuse(const std::string& reason) {
  throw Error(ErrorCode::kModel,
              "Not a TensorFlow Lite model: " + reason + ". Expected the bytes of a .tflite file.");
}

template <typename T>
T Read(const uint8_t* bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof(value));
  return value;
}

}  // namespace

bool HasModelIdentifier(const uint8_t* bytes, size_t size) noexcept {
  return size >= kHeaderSize && std::memcmp(bytes + 4, "TFL3", 4) == 0;
}

void CheckModel(const uint8_t* bytes, size_t size) {
  if (size < kHeaderSize) Refuse("it has only " + std::to_string(size) + " bytes");
  if (size > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    Refuse("it has " + std::to_string(size) + " bytes, more than the format can address (2 GiB)");
  }
  if (!HasModelIdentifier(bytes, size)) Refuse("the file identifier \"TFL3\" is missing");

  const size_t table = Read<uint32_t>(bytes, 0);
  if (table < kHeaderSize || table % sizeof(int32_t) != 0 || table > size - sizeof(int32_t)) {
    Refuse("its root table lies outside; the file is damaged or truncated");
  }
  const int64_t vtable = static_cast<int64_t>(table) - Read<int32_t>(bytes, table);
  if (vtable < 0 || vtable % 2 != 0 || vtable > static_cast<int64_t>(size - kMinimumVtableSize)) {
    Refuse("its root table has no vtable inside; the file is damaged or truncated");
  }
  const auto vtable_offset = static_cast<size_t>(vtable);
  const size_t vtable_size = Read<uint16_t>(bytes, vtable_offset);
  const size_t table_size = Read<uint16_t>(bytes, vtable_offset + 2);
  if (vtable_size < kMinimumVtableSize || vtable_size > size - vtable_offset ||
      table_size < sizeof(int32_t) || table_size > size - table) {
    Refuse("its root table lies outside; the file is damaged or truncated");
  }
}

}  // namespace wasmedge_embed
