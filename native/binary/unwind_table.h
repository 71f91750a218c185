#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wasmedge_embed {

/// The processor's registers, by their DWARF numbers (the psABIs of x86-64 and AArch64).
struct MachineState {
#if defined(__x86_64__)
  static constexpr size_t kRegisters = 17;
  static constexpr size_t kStackPointer = 7;
  static constexpr size_t kReturnAddress = 16;
#elif defined(__aarch64__)
  static constexpr size_t kRegisters = 32;
  static constexpr size_t kStackPointer = 31;
  static constexpr size_t kReturnAddress = 30;
#else
#error "The registers of this processor are not known here: those of x86-64 and AArch64 are."
#endif

  uint64_t counter = 0;
  uint64_t registers[kRegisters] = {};
  /// A bit for each register whose value cannot be determined.
  uint32_t unknown = 0;
};

/// How to find a function's caller at one of its instructions.
struct UnwindRow {
  enum class Rule : uint8_t { kSame, kAtOffset, kIsOffset, kInRegister, kUnknown };

  struct Place {
    Rule rule = Rule::kSame;
    int64_t value = 0;
  };

  /// The start of the function.
  uint64_t function = 0;
  uint64_t frame_register = 0;
  int64_t frame_offset = 0;
  Place places[MachineState::kRegisters];
};

/// The tables in which a compiler describes how to unwind its functions: `.eh_frame`, and
/// `.eh_frame_hdr`, its sorted index (Linux Standard Base, "Exception Frames"; DWARF 4, 6.4). They
/// are read in place for each lookup: nothing is allocated, every access is within the bytes, and a
/// lookup takes time linear in the length of one entry. Anything that is not in the form LLVM's
/// linker writes has no rows. Async-signal-safe.
class UnwindTable {
 public:
  /// Bytes that contain both tables, their address in the process, and the offset of the index.
  /// Borrowed.
  struct Bytes {
    const uint8_t* data = nullptr;
    size_t size = 0;
    uint64_t address = 0;
    size_t index = 0;
  };

  UnwindTable() noexcept = default;
  explicit UnwindTable(const Bytes& bytes) noexcept;

  /// Whether both read the same bytes at the same place.
  bool IsSame(const UnwindTable& other) const noexcept {
    return bytes_.data == other.bytes_.data && bytes_.size == other.bytes_.size &&
           bytes_.index == other.bytes_.index && count_ == other.count_;
  }

  /// Entries in the index; 0 if it cannot be read.
  size_t size() const noexcept { return count_; }

  /// The row for the instruction at `address`; absent if no entry covers it or an entry is
  /// malformed.
  std::optional<UnwindRow> Find(uint64_t address) const noexcept;

 private:
  Bytes bytes_;
  size_t count_ = 0;
};

}  // namespace wasmedge_embed
