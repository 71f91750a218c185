#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wasmedge_embed {

/// The identifier of custom sections.
constexpr uint8_t kCustomSection = 0;
/// The name of the custom section in which a universal module carries its compiled code.
constexpr std::string_view kCompiledSectionName = "wasmedge";

/// Bytes within a module's file. Borrowed.
struct WasmBytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

/// The limits of a memory, in pages of 64 KiB, or of a table, in elements.
struct WasmLimits {
  // What the flags mean.
  static constexpr uint8_t kHasMaximum = 1;
  static constexpr uint8_t kIsShared = 2;
  static constexpr uint8_t kHas64Bits = 4;

  uint8_t flags = 0;
  uint64_t minimum = 0;
  std::optional<uint64_t> maximum;
};

/// What is read out of a WebAssembly binary without WasmEdge.
struct WasmOutline {
  /// The payload of the custom section in which a universal module carries its compiled code.
  std::optional<WasmBytes> compiled_section;
  /// Pages of 64 KiB that its memories, imported or own, have at least: the most of any. Absent
  /// where it has none.
  std::optional<uint64_t> memory_minimum;
  /// Whether any of its memories, imported or own, is shared between threads.
  bool has_shared_memory = false;
  /// Whether any of them has addresses of 64 bits.
  bool has_64_bit_memory = false;
};

/// A cursor over a WebAssembly binary (core specification, "Binary Format").
class WasmReader {
 public:
  explicit WasmReader(WasmBytes bytes) : bytes_(bytes) {}

  bool AtEnd() const { return position_ == bytes_.size; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size - position_; }
  /// The next byte, which is read again.
  std::optional<uint8_t> Peek() const;
  std::optional<uint8_t> Byte();
  /// An unsigned LEB128 number.
  std::optional<uint64_t> U64();
  std::optional<uint32_t> U32();
  /// The next `size` bytes.
  std::optional<WasmBytes> Part(uint32_t size);
  /// A vector of bytes, its length before it: a name.
  std::optional<std::string_view> Name();
  /// Limits as memories and tables have them.
  std::optional<WasmLimits> Limits();
  /// Passes over the type of a value or reference; false when it is cut off.
  bool SkipValueType();

 private:
  WasmBytes bytes_;
  size_t position_ = 0;
};

/// A cursor over what follows a module's header; at its end when that is cut off.
WasmReader ModuleSections(WasmBytes module);

/// Reads the outline; absent when the sections are cut off or malformed. Whether the module is
/// valid is for WasmEdge to say.
std::optional<WasmOutline> ReadWasmOutline(WasmBytes module);

}  // namespace wasmedge_embed
