#include "binary/unwind_table.h"

#include <cstring>

namespace wasmedge_embed {
namespace {

// Pointer encodings.
constexpr uint8_t kAbsolute = 0x00;
constexpr uint8_t kUnsigned32 = 0x03;
constexpr uint8_t kSigned32 = 0x0B;
constexpr uint8_t kSigned64 = 0x0C;
constexpr uint8_t kForm = 0x0F;
constexpr uint8_t kRelative = 0x10;
constexpr uint8_t kRelativeToIndex = 0x30;

constexpr size_t kIndexHead = 12;
constexpr size_t kIndexEntry = 8;
constexpr size_t kMostRemembered = 8;
// No function's entry is longer: each change of the frame takes about ten bytes.
constexpr size_t kMostInstructions = 1 << 16;

class Cursor {
 public:
  Cursor(const uint8_t* data, size_t begin, size_t end) noexcept
      : data_(data), position_(begin), end_(end) {}

  bool ok() const noexcept { return ok_; }
  bool AtEnd() const noexcept { return position_ >= end_; }
  size_t position() const noexcept { return position_; }
  size_t remaining() const noexcept { return end_ - position_; }

  template <typename T>
  T Read() noexcept {
    T value{};
    if (!ok_ || remaining() < sizeof(T)) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, data_ + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  uint64_t Unsigned() noexcept {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Read<uint8_t>();
      if (!ok_) return 0;
      value |= uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  int64_t Signed() noexcept {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Read<uint8_t>();
      if (!ok_) return 0;
      value |= uint64_t{byte & 0x7FU} << shift;
      if (byte >= 0x80) continue;
      if ((byte & 0x40U) != 0 && shift + 7 < 64) value |= UINT64_MAX << (shift + 7);
      return static_cast<int64_t>(value);
    }
    ok_ = false;
    return 0;
  }

  void Skip(uint64_t size) noexcept {
    if (size > remaining()) {
      ok_ = false;
    } else {
      position_ += static_cast<size_t>(size);
    }
  }

  /// A cursor over the next bytes, which this one skips.
  Cursor Part(uint64_t size) noexcept {
    const size_t begin = position_;
    Skip(size);
    Cursor part(data_, begin, ok_ ? position_ : begin);
    part.ok_ = ok_;
    return part;
  }

 private:
  const uint8_t* data_;
  size_t position_;
  size_t end_;
  bool ok_ = true;
};

// The addend may be negative; the sum is modulo 2^64.
uint64_t Sum(uint64_t base, int64_t offset) noexcept {
  return base + static_cast<uint64_t>(offset);
}

/// The product of two numbers from the tables, modulo 2^64.
int64_t Product(uint64_t left, int64_t right) noexcept {
  return static_cast<int64_t>(left * static_cast<uint64_t>(right));
}

/// What the entries of one kind of function have in common.
struct CommonEntry {
  uint64_t code_factor = 1;
  int64_t data_factor = 1;
  uint8_t encoding = kAbsolute;
  bool has_augmentation = false;
  Cursor instructions{nullptr, 0, 0};
};

/// An entry after its length field.
std::optional<Cursor> EntryAt(const UnwindTable::Bytes& bytes, uint64_t position) noexcept {
  if (position >= bytes.size) return std::nullopt;
  Cursor cursor(bytes.data, static_cast<size_t>(position), bytes.size);
  const auto length = cursor.Read<uint32_t>();
  // The 64-bit form is for tables of more than 4 GiB.
  if (!cursor.ok() || length == 0 || length == UINT32_MAX) return std::nullopt;
  const Cursor entry = cursor.Part(length);
  if (!entry.ok()) return std::nullopt;
  return entry;
}

/// A pointer with the given encoding; the cursor fails if that is unknown.
uint64_t ReadPointer(Cursor& cursor, uint8_t encoding, uint64_t address) noexcept {
  const uint64_t here = address + cursor.position();
  const uint64_t base = (encoding & 0x70U) == kRelative ? here : 0;
  switch (encoding & kForm) {
    case kAbsolute:
      return base + cursor.Read<uint64_t>();
    case kUnsigned32:
      return base + cursor.Read<uint32_t>();
    case kSigned32:
      return Sum(base, cursor.Read<int32_t>());
    case kSigned64:
      return Sum(base, cursor.Read<int64_t>());
    default:
      cursor.Skip(UINT64_MAX);
      return 0;
  }
}

bool IsKnownPointer(uint8_t encoding) noexcept {
  const uint8_t base = encoding & 0xF0U;
  return base == 0 || base == kRelative;
}

std::optional<CommonEntry> ReadCommon(const UnwindTable::Bytes& bytes, uint64_t position) noexcept {
  const auto entry = EntryAt(bytes, position);
  if (!entry) return std::nullopt;
  Cursor cursor = *entry;
  CommonEntry common;
  if (cursor.Read<uint32_t>() != 0) return std::nullopt;
  const auto version = cursor.Read<uint8_t>();
  if (version != 1 && version != 3) return std::nullopt;
  char augmentation[8] = {};
  size_t length = 0;
  while (const auto letter = cursor.Read<char>()) {
    if (length == sizeof augmentation - 1) return std::nullopt;
    augmentation[length++] = letter;
  }
  common.code_factor = cursor.Unsigned();
  common.data_factor = cursor.Signed();
  const uint64_t return_address = version == 1 ? cursor.Read<uint8_t>() : cursor.Unsigned();
  if (!cursor.ok() || return_address != MachineState::kReturnAddress) return std::nullopt;
  if (augmentation[0] == 'z') {
    common.has_augmentation = true;
    Cursor data = cursor.Part(cursor.Unsigned());
    for (const char* letter = augmentation + 1; *letter != '\0'; ++letter) {
      switch (*letter) {
        case 'R':
          common.encoding = data.Read<uint8_t>();
          break;
        case 'L':
          data.Read<uint8_t>();
          break;
        case 'P':
          ReadPointer(data, data.Read<uint8_t>(), bytes.address);
          break;
        case 'S':
        case 'B':
          break;
        default:
          return std::nullopt;
      }
    }
    if (!data.ok()) return std::nullopt;
  } else if (augmentation[0] != '\0') {
    return std::nullopt;
  }
  if (!cursor.ok() || !IsKnownPointer(common.encoding)) return std::nullopt;
  common.instructions = cursor;
  return common;
}

/// Executes the instructions of an entry (DWARF 4, 6.4.2).
class Interpreter {
 public:
  Interpreter(const CommonEntry& common, const UnwindTable::Bytes& bytes, UnwindRow* row) noexcept
      : common_(common), bytes_(bytes), location_(row->function), row_(*row) {}

  /// Executes those up to the address. False if one is unknown or malformed.
  bool Run(Cursor cursor, uint64_t address) noexcept {
    for (size_t count = 0; !cursor.AtEnd(); ++count) {
      if (count == kMostInstructions) return false;
      const auto opcode = cursor.Read<uint8_t>();
      if (!Execute(opcode, cursor) || !cursor.ok()) return false;
      if (location_ > address) return true;
    }
    return true;
  }

  /// The result of `Run` so far is the state at the start of the function.
  void KeepInitial() noexcept { initial_ = row_; }

 private:
  using Rule = UnwindRow::Rule;

  bool Execute(uint8_t opcode, Cursor& cursor) noexcept {
    const uint64_t low = opcode & 0x3FU;
    switch (opcode & 0xC0U) {
      case 0x40:
        return Advance(low);
      case 0x80:
        return Set(low, Rule::kAtOffset, Product(cursor.Unsigned(), common_.data_factor));
      case 0xC0:
        return Restore(low);
      default:
        return ExecuteExtended(opcode, cursor);
    }
  }

  bool ExecuteExtended(uint8_t opcode, Cursor& cursor) noexcept {
    switch (opcode) {
      case 0x00:  // nop
      case 0x2D:  // AArch64: the return address is signed from here on, or no longer
        return true;
      case 0x01:  // set_loc
        location_ = ReadPointer(cursor, common_.encoding, bytes_.address);
        return true;
      case 0x02:
        return Advance(cursor.Read<uint8_t>());
      case 0x03:
        return Advance(cursor.Read<uint16_t>());
      case 0x04:
        return Advance(cursor.Read<uint32_t>());
      case 0x05: {  // offset_extended
        const uint64_t index = cursor.Unsigned();
        return Set(index, Rule::kAtOffset, Product(cursor.Unsigned(), common_.data_factor));
      }
      case 0x11: {  // offset_extended_sf
        const uint64_t index = cursor.Unsigned();
        return Set(index, Rule::kAtOffset, ScaledSigned(cursor));
      }
      case 0x06:
        return Restore(cursor.Unsigned());
      case 0x07:
        return Set(cursor.Unsigned(), Rule::kUnknown, 0);
      case 0x08:
        return Set(cursor.Unsigned(), Rule::kSame, 0);
      case 0x09: {  // register
        const uint64_t index = cursor.Unsigned();
        const uint64_t other = cursor.Unsigned();
        return other < MachineState::kRegisters &&
               Set(index, Rule::kInRegister, static_cast<int64_t>(other));
      }
      case 0x14: {  // val_offset
        const uint64_t index = cursor.Unsigned();
        return Set(index, Rule::kIsOffset, Product(cursor.Unsigned(), common_.data_factor));
      }
      case 0x15: {  // val_offset_sf
        const uint64_t index = cursor.Unsigned();
        return Set(index, Rule::kIsOffset, ScaledSigned(cursor));
      }
      case 0x0A:
        if (remembered_count_ == kMostRemembered) return false;
        remembered_[remembered_count_++] = row_;
        return true;
      case 0x0B:
        if (remembered_count_ == 0) return false;
        row_ = remembered_[--remembered_count_];
        return true;
      case 0x0C:  // def_cfa
        row_.frame_register = cursor.Unsigned();
        row_.frame_offset = static_cast<int64_t>(cursor.Unsigned());
        return true;
      case 0x12:  // def_cfa_sf
        row_.frame_register = cursor.Unsigned();
        row_.frame_offset = ScaledSigned(cursor);
        return true;
      case 0x0D:
        row_.frame_register = cursor.Unsigned();
        return true;
      case 0x0E:
        row_.frame_offset = static_cast<int64_t>(cursor.Unsigned());
        return true;
      case 0x13:
        row_.frame_offset = ScaledSigned(cursor);
        return true;
      case 0x10:    // expression
      case 0x16: {  // val_expression
        // The value of this register is no longer known; the frame itself may still be.
        const bool is_set = Set(cursor.Unsigned(), Rule::kUnknown, 0);
        cursor.Skip(cursor.Unsigned());
        return is_set;
      }
      case 0x2E:  // GNU_args_size
        cursor.Unsigned();
        return true;
      default:
        return false;
    }
  }

  int64_t ScaledSigned(Cursor& cursor) const noexcept {
    return Product(static_cast<uint64_t>(cursor.Signed()), common_.data_factor);
  }

  bool Advance(uint64_t delta) noexcept {
    location_ += delta * common_.code_factor;
    return true;
  }

  bool Set(uint64_t index, Rule rule, int64_t value) noexcept {
    // Vector registers are not needed.
    if (index < MachineState::kRegisters) row_.places[index] = {rule, value};
    return true;
  }

  bool Restore(uint64_t index) noexcept {
    if (index < MachineState::kRegisters) row_.places[index] = initial_.places[index];
    return true;
  }

  const CommonEntry& common_;
  const UnwindTable::Bytes& bytes_;
  uint64_t location_;
  UnwindRow& row_;
  UnwindRow initial_;
  UnwindRow remembered_[kMostRemembered];
  size_t remembered_count_ = 0;
};

}  // namespace

UnwindTable::UnwindTable(const Bytes& bytes) noexcept : bytes_(bytes) {
  if (bytes.index > bytes.size) return;
  Cursor head(bytes.data, bytes.index, bytes.size);
  const bool is_known =
      head.Read<uint8_t>() == 1 && head.Read<uint8_t>() == (kRelative | kSigned32) &&
      head.Read<uint8_t>() == kUnsigned32 && head.Read<uint8_t>() == (kRelativeToIndex | kSigned32);
  head.Skip(sizeof(int32_t));
  const auto count = head.Read<uint32_t>();
  if (head.ok() && is_known && count <= head.remaining() / kIndexEntry) count_ = count;
}

std::optional<UnwindRow> UnwindTable::Find(uint64_t address) const noexcept {
  const uint64_t index_address = bytes_.address + bytes_.index;
  // Column 0 has the start of the function, column 1 its entry.
  const auto at = [&](size_t entry, size_t column) {
    int32_t offset;
    std::memcpy(&offset, bytes_.data + bytes_.index + kIndexHead + entry * kIndexEntry + column * 4,
                sizeof offset);
    return Sum(index_address, offset);
  };
  size_t low = 0;
  for (size_t high = count_; low < high;) {
    const size_t middle = low + (high - low) / 2;
    if (at(middle, 0) <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::nullopt;
  const uint64_t position = at(low - 1, 1) - bytes_.address;
  const auto entry = EntryAt(bytes_, position);
  if (!entry) return std::nullopt;
  Cursor cursor = *entry;
  const size_t common_at = cursor.position();
  const auto distance = cursor.Read<uint32_t>();
  if (!cursor.ok() || distance == 0 || distance > common_at) return std::nullopt;
  const auto common = ReadCommon(bytes_, common_at - distance);
  if (!common) return std::nullopt;
  UnwindRow row;
  row.function = ReadPointer(cursor, common->encoding, bytes_.address);
  const uint64_t length = ReadPointer(cursor, common->encoding & kForm, 0);
  if (common->has_augmentation) cursor.Skip(cursor.Unsigned());
  if (!cursor.ok() || address < row.function || address - row.function >= length) {
    return std::nullopt;
  }
  Interpreter interpreter(*common, bytes_, &row);
  if (!interpreter.Run(common->instructions, UINT64_MAX)) return std::nullopt;
  interpreter.KeepInitial();
  if (!interpreter.Run(cursor, address)) return std::nullopt;
  if (row.frame_register >= MachineState::kRegisters) return std::nullopt;
  return row;
}

}  // namespace wasmedge_embed
