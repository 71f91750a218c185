#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

/// Writes a FlatBuffer from its beginning, references before their targets. Every field has a
/// 32-bit slot, with smaller numbers at its beginning.
class ForwardWriter {
 public:
  /// A table, by the positions of its fields.
  class Table {
   public:
    size_t position() const noexcept { return position_; }
    /// `field` must be one of those that the table was created with.
    size_t field(int field) const;

   private:
    friend class ForwardWriter;
    size_t position_ = 0;
    std::vector<int> fields_;
  };

  size_t size() const noexcept { return bytes_.size(); }
  const std::vector<uint8_t>& bytes() const noexcept { return bytes_; }
  void Align(size_t alignment);

  /// Appends a number, and returns its position.
  size_t Append(uint32_t number);
  /// A table with these fields, all 0.
  Table AppendTable(std::initializer_list<int> fields);
  /// A vector of numbers, or of references that are set later.
  size_t AppendVector(const std::vector<uint32_t>& numbers);
  static size_t Element(size_t vector, size_t index) noexcept { return vector + 4 + 4 * index; }
  size_t AppendString(std::string_view text);

  void Set(size_t position, uint32_t number) noexcept;
  /// Makes the field or element at `position` refer to `target`, which must come after it.
  void Refer(size_t position, size_t target) noexcept {
    Set(position, static_cast<uint32_t>(target - position));
  }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace wasmedge_embed
