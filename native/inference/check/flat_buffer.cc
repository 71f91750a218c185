#include "inference/check/flat_buffer.h"

#include <string>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

// A vtable begins with its own size and that of its table; a table begins with the distance to its
// vtable.
constexpr size_t kVtableHeaderSize = 4;
constexpr size_t kTableHeaderSize = 4;
// The root table's offset and the file identifier.
constexpr size_t kFileHeaderSize = 8;
constexpr size_t kReferenceSize = 4;

[[noreturn]] void RefuseDamaged(const char* what, const char* reason) {
  throw Error(ErrorCode::kModel, std::string("The model's file is damaged or truncated: ") + what +
                                     " " + reason + ".");
}

}  // namespace

FlatBuffer::FlatBuffer(const uint8_t* bytes, size_t size, FlatAlignment alignment) noexcept
    : bytes_(bytes),
      size_(size),
      most_alignment_(alignment == FlatAlignment::kNatural ? sizeof(uint64_t) : sizeof(uint32_t)),
      budget_(uint64_t{size} * 4 + (uint64_t{64} << 10)) {}

uint64_t FlatBuffer::ReadNumber(size_t position, size_t size) const noexcept {
  uint64_t value = 0;
  std::memcpy(&value, bytes_ + position, size);
  return value;
}

void FlatBuffer::Spend(uint64_t bytes, const char* what) const {
  if (bytes > budget_) RefuseDamaged(what, "is shared so often that it expands beyond all bounds");
  budget_ -= bytes;
}

FlatTable FlatBuffer::Root() const {
  if (size_ < kFileHeaderSize) RefuseDamaged("it", "ends within its header");
  return TableAt(ReadNumber(0, kReferenceSize), "its root table");
}

FlatTable FlatBuffer::TableAt(uint64_t position, const char* what) const {
  if (position < kFileHeaderSize || position % kTableHeaderSize != 0 ||
      position > size_ - kTableHeaderSize) {
    RefuseDamaged(what, "is out of bounds");
  }
  const auto distance = static_cast<int32_t>(ReadNumber(position, kTableHeaderSize));
  const int64_t vtable = static_cast<int64_t>(position) - distance;
  if (vtable < 0 || vtable % 2 != 0 || vtable > static_cast<int64_t>(size_ - kVtableHeaderSize)) {
    RefuseDamaged(what, "has its list of fields out of bounds");
  }
  const auto vtable_position = static_cast<size_t>(vtable);
  const auto vtable_size = static_cast<uint16_t>(ReadNumber(vtable_position, 2));
  const auto table_size = static_cast<uint16_t>(ReadNumber(vtable_position + 2, 2));
  if (vtable_size < kVtableHeaderSize || vtable_size % 2 != 0 ||
      vtable_size > size_ - vtable_position) {
    RefuseDamaged(what, "has a list of fields of a wrong size");
  }
  if (table_size < kTableHeaderSize || table_size > size_ - position) {
    RefuseDamaged(what, "extends beyond its end");
  }
  Spend(uint64_t{table_size} + vtable_size, what);
  return {*this, static_cast<size_t>(position), vtable_position, vtable_size, table_size};
}

size_t FlatBuffer::Follow(size_t position, size_t size, const char* what) const {
  const uint64_t offset = ReadNumber(position, kReferenceSize);
  if (offset == 0 || offset > size_ - position || size > size_ - position - offset) {
    RefuseDamaged(what, "is out of bounds");
  }
  return position + static_cast<size_t>(offset);
}

size_t FlatBuffer::VectorAt(size_t position, size_t element_size, const char* what,
                            size_t* count) const {
  const size_t start = Follow(position, sizeof(uint32_t), what);
  const size_t elements = start + sizeof(uint32_t);
  const uint64_t stated = ReadNumber(start, sizeof(uint32_t));
  // Some writers align the elements of an empty vector, others do not.
  if (start % sizeof(uint32_t) != 0 || (stated != 0 && !IsAligned(elements, element_size))) {
    RefuseDamaged(what, "is not aligned");
  }
  if (stated * element_size > size_ - elements) RefuseDamaged(what, "extends beyond its end");
  *count = static_cast<size_t>(stated);
  return elements;
}

size_t FlatTable::FieldPosition(int field) const noexcept {
  const size_t slot = kVtableHeaderSize + 2 * static_cast<size_t>(field);
  if (slot + 2 > vtable_size_) return 0;
  const uint64_t offset = buffer_->ReadNumber(vtable_ + slot, 2);
  return offset == 0 ? 0 : position_ + static_cast<size_t>(offset);
}

bool FlatTable::Has(int field) const noexcept { return FieldPosition(field) != 0; }

size_t FlatTable::ScalarPosition(int field, size_t size, const char* what) const {
  const size_t position = FieldPosition(field);
  if (position == 0) return 0;
  const size_t offset = position - position_;
  if (offset < kTableHeaderSize || offset + size > table_size_) {
    RefuseDamaged(what, "is outside its table");
  }
  if (!buffer_->IsAligned(position, size)) RefuseDamaged(what, "is not aligned");
  return position;
}

size_t FlatTable::VectorPosition(int field, size_t element_size, const char* what,
                                 size_t* count) const {
  const size_t position = ScalarPosition(field, kReferenceSize, what);
  if (position == 0) return 0;
  const size_t elements = buffer_->VectorAt(position, element_size, what, count);
  buffer_->Spend(uint64_t{*count} * element_size, what);
  return elements;
}

FlatVector<uint8_t> FlatTable::Bytes(int field, const char* what) const {
  const size_t position = ScalarPosition(field, kReferenceSize, what);
  if (position == 0) return {};
  size_t count = 0;
  const size_t elements = buffer_->VectorAt(position, 1, what, &count);
  return {buffer_->bytes() + elements, count};
}

std::string_view FlatTable::String(int field, const char* what) const {
  const FlatVector<char> text = Vector<char>(field, what);
  if (text.data() == nullptr) return {};
  const uint8_t* end = text.data() + text.size();
  if (end == buffer_->bytes() + buffer_->size() || *end != 0) {
    RefuseDamaged(what, "is not terminated");
  }
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

std::optional<FlatTable> FlatTable::Table(int field, const char* what) const {
  const size_t position = ScalarPosition(field, kReferenceSize, what);
  if (position == 0) return std::nullopt;
  return buffer_->TableAt(buffer_->Follow(position, 0, what), what);
}

FlatTables FlatTable::Tables(int field, const char* what) const {
  size_t count = 0;
  const size_t position = VectorPosition(field, kReferenceSize, what, &count);
  if (position == 0) return {};
  return {*buffer_, position, count, what};
}

}  // namespace wasmedge_embed
