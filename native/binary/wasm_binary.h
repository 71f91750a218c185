#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wasmedge_embed {

/// Bytes within a module's file. Borrowed.
struct WasmBytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

/// The limits of a memory, in pages of 64 KiB, or of a table, in elements.
struct WasmLimits {
  // Flags.
  static constexpr uint8_t kHasMaximum = 1;
  static constexpr uint8_t kIsShared = 2;
  static constexpr uint8_t kHas64Bits = 4;

  uint8_t flags = 0;
  uint64_t minimum = 0;
  std::optional<uint64_t> maximum;
};

/// Whether a byte denotes a value type of WebAssembly 2.0: a number, a vector or a reference.
constexpr bool IsValueType(uint8_t type) {
  constexpr uint8_t kVector = 0x7B;
  constexpr uint8_t kI32 = 0x7F;
  constexpr uint8_t kFunctionReference = 0x70;
  constexpr uint8_t kExternalReference = 0x6F;
  return (type >= kVector && type <= kI32) || type == kFunctionReference ||
         type == kExternalReference;
}

/// A cursor over a WebAssembly binary (core specification, "Binary Format"). A value that is
/// truncated or malformed is absent. Functions called for each instruction are inline.
class WasmReader {
 public:
  explicit WasmReader(WasmBytes bytes) : bytes_(bytes) {}

  bool AtEnd() const { return position_ == bytes_.size; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size - position_; }

  std::optional<uint8_t> Byte() {
    if (AtEnd()) return std::nullopt;
    return bytes_.data[position_++];
  }
  /// An unsigned LEB128 number.
  std::optional<uint64_t> U64();
  std::optional<uint32_t> U32() {
    if (!AtEnd() && bytes_.data[position_] < 0x80) return bytes_.data[position_++];
    return LongU32();
  }
  /// A signed 33-bit LEB128 number.
  std::optional<int64_t> S33();
  /// Skips a LEB128 number; false if it is truncated or longer than a 64-bit one.
  bool SkipNumber() {
    // Most have a single byte.
    if (!AtEnd() && bytes_.data[position_] < 0x80) {
      ++position_;
      return true;
    }
    const size_t longest = remaining() < 10 ? remaining() : 10;
    for (size_t size = 0; size < longest; ++size) {
      if (bytes_.data[position_++] < 0x80) return true;
    }
    return false;
  }
  /// Skips bytes; false if there are fewer.
  bool Skip(size_t size) {
    if (size > remaining()) return false;
    position_ += size;
    return true;
  }
  /// The next `size` bytes.
  std::optional<WasmBytes> Part(uint32_t size);
  /// A vector of bytes preceded by its length: a name.
  std::optional<std::string_view> Name();
  /// The limits of a memory or table.
  std::optional<WasmLimits> Limits();

 private:
  std::optional<uint32_t> LongU32();

  WasmBytes bytes_;
  size_t position_ = 0;
};

/// The name of the custom section that contains a universal module's compiled code.
inline constexpr std::string_view kCompiledSectionName = "wasmedge";

/// A section of a module.
struct WasmSection {
  // Section numbers of the binary format.
  static constexpr uint8_t kCustom = 0;
  static constexpr uint8_t kTypes = 1;
  static constexpr uint8_t kImports = 2;
  static constexpr uint8_t kFunctions = 3;
  static constexpr uint8_t kTables = 4;
  static constexpr uint8_t kMemories = 5;
  static constexpr uint8_t kGlobals = 6;
  static constexpr uint8_t kExports = 7;
  static constexpr uint8_t kStart = 8;
  static constexpr uint8_t kElements = 9;
  static constexpr uint8_t kCode = 10;
  static constexpr uint8_t kData = 11;
  static constexpr uint8_t kDataCount = 12;

  uint8_t id = 0;
  /// The offset of its size field in the module.
  size_t size_at = 0;
  WasmBytes payload;
};

/// A cursor over the sections after a module's header.
class WasmSections {
 public:
  explicit WasmSections(WasmBytes module);

  bool AtEnd() const { return reader_.AtEnd(); }
  /// The offset of the next section in the module.
  size_t position() const { return header_ + reader_.position(); }
  /// Absent if it is truncated.
  std::optional<WasmSection> Next();

 private:
  size_t header_;
  WasmReader reader_;
};

}  // namespace wasmedge_embed
