#include "inference/run/forward_writer.h"

#include <algorithm>
#include <cstring>

namespace wasmedge_embed {
namespace {

constexpr size_t kSlot = sizeof(uint32_t);

}  // namespace

size_t ForwardWriter::Table::field(int field) const {
  const auto found = std::find(fields_.begin(), fields_.end(), field);
  return position_ + kSlot * static_cast<size_t>(found - fields_.begin() + 1);
}

void ForwardWriter::Align(size_t alignment) {
  bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
}

size_t ForwardWriter::Append(uint32_t number) {
  const size_t position = bytes_.size();
  bytes_.resize(position + kSlot);
  Set(position, number);
  return position;
}

ForwardWriter::Table ForwardWriter::AppendTable(std::initializer_list<int> fields) {
  Table table;
  table.fields_ = fields;
  // The vtable precedes its table: its size, that of the table, and each field's offset.
  const int last = fields.size() == 0 ? -1 : std::max(fields);
  const size_t slots = static_cast<size_t>(last + 1);
  const size_t list_size = 2 * sizeof(uint16_t) + slots * sizeof(uint16_t);
  const auto table_size = static_cast<uint16_t>(kSlot * (fields.size() + 1));
  Align(kSlot);
  const size_t list = bytes_.size();
  std::vector<uint16_t> numbers(2 + slots);
  numbers[0] = static_cast<uint16_t>(list_size);
  numbers[1] = table_size;
  for (size_t i = 0; i < table.fields_.size(); ++i) {
    numbers[2 + static_cast<size_t>(table.fields_[i])] = static_cast<uint16_t>(kSlot * (i + 1));
  }
  bytes_.resize(list + list_size);
  std::memcpy(bytes_.data() + list, numbers.data(), list_size);
  Align(kSlot);
  table.position_ = Append(static_cast<uint32_t>(bytes_.size() - list));
  bytes_.resize(table.position_ + table_size);
  return table;
}

size_t ForwardWriter::AppendVector(const std::vector<uint32_t>& numbers) {
  Align(kSlot);
  const size_t vector = Append(static_cast<uint32_t>(numbers.size()));
  for (const uint32_t number : numbers) Append(number);
  return vector;
}

size_t ForwardWriter::AppendString(std::string_view text) {
  Align(kSlot);
  const size_t string = Append(static_cast<uint32_t>(text.size()));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  bytes_.push_back(0);
  Align(kSlot);
  return string;
}

void ForwardWriter::Set(size_t position, uint32_t number) noexcept {
  std::memcpy(bytes_.data() + position, &number, sizeof(number));
}

}  // namespace wasmedge_embed
