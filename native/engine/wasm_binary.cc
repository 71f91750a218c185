#include "engine/wasm_binary.h"

#include <algorithm>

namespace wasmedge_embed {
namespace {

constexpr size_t kHeaderSize = 8;
constexpr uint8_t kImportSection = 2;
constexpr uint8_t kMemorySection = 5;

bool ReadMemory(WasmReader& reader, WasmOutline& outline) {
  const auto limits = reader.Limits();
  if (!limits) return false;
  outline.memory_minimum = std::max(outline.memory_minimum.value_or(0), limits->minimum);
  outline.has_shared_memory |= (limits->flags & WasmLimits::kIsShared) != 0;
  outline.has_64_bit_memory |= (limits->flags & WasmLimits::kHas64Bits) != 0;
  return true;
}

bool ReadMemories(WasmReader reader, WasmOutline& outline) {
  const auto count = reader.U32();
  if (!count) return false;
  for (uint32_t index = 0; index < *count; ++index) {
    if (!ReadMemory(reader, outline)) return false;
  }
  return true;
}

bool ReadImports(WasmReader reader, WasmOutline& outline) {
  const auto count = reader.U32();
  if (!count) return false;
  for (uint32_t index = 0; index < *count; ++index) {
    const bool named = reader.Name().has_value() && reader.Name().has_value();
    const auto kind = named ? reader.Byte() : std::nullopt;
    if (!kind) return false;
    switch (*kind) {
      case 0:  // function: a type's index
        if (!reader.U32()) return false;
        break;
      case 1:  // table: element type and limits
        if (!reader.SkipValueType() || !reader.Limits()) return false;
        break;
      case 2:  // memory
        if (!ReadMemory(reader, outline)) return false;
        break;
      case 3:  // global: type and mutability
        if (!reader.SkipValueType() || !reader.Byte()) return false;
        break;
      case 4:  // tag: attribute and a type's index
        if (!reader.Byte() || !reader.U32()) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

std::optional<uint8_t> WasmReader::Byte() {
  if (AtEnd()) return std::nullopt;
  return bytes_.data[position_++];
}

std::optional<uint8_t> WasmReader::Peek() const {
  if (AtEnd()) return std::nullopt;
  return bytes_.data[position_];
}

std::optional<uint64_t> WasmReader::U64() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::optional<uint8_t> byte = Byte();
    if (!byte) return std::nullopt;
    value |= uint64_t{*byte & 0x7FU} << shift;
    if ((*byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

std::optional<uint32_t> WasmReader::U32() {
  const std::optional<uint64_t> value = U64();
  if (!value || *value > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*value);
}

std::optional<WasmBytes> WasmReader::Part(uint32_t size) {
  if (size > bytes_.size - position_) return std::nullopt;
  const WasmBytes part{bytes_.data + position_, size};
  position_ += size;
  return part;
}

std::optional<std::string_view> WasmReader::Name() {
  const auto size = U32();
  const auto part = size ? Part(*size) : std::nullopt;
  if (!part) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(part->data), part->size);
}

std::optional<WasmLimits> WasmReader::Limits() {
  const auto flags = Byte();
  const auto minimum = U64();
  if (!flags || !minimum) return std::nullopt;
  WasmLimits limits{*flags, *minimum, std::nullopt};
  if ((*flags & WasmLimits::kHasMaximum) != 0 && !(limits.maximum = U64())) return std::nullopt;
  return limits;
}

bool WasmReader::SkipValueType() {
  constexpr uint8_t kRef = 0x64;
  constexpr uint8_t kRefNull = 0x63;
  const auto type = Byte();
  if (!type) return false;
  // A reference to a heap type: one more LEB128 number.
  return (*type != kRef && *type != kRefNull) || U64();
}

WasmReader ModuleSections(WasmBytes module) {
  const size_t header = std::min(kHeaderSize, module.size);
  return WasmReader({module.data + header, module.size - header});
}

std::optional<WasmOutline> ReadWasmOutline(WasmBytes module) {
  if (module.size < kHeaderSize) return std::nullopt;
  WasmReader reader = ModuleSections(module);
  WasmOutline outline;
  while (!reader.AtEnd()) {
    const auto id = reader.Byte();
    const auto size = reader.U32();
    const auto payload = size ? reader.Part(*size) : std::nullopt;
    if (!id || !payload) return std::nullopt;
    WasmReader section(*payload);
    bool well_formed = true;
    if (*id == kImportSection) {
      well_formed = ReadImports(section, outline);
    } else if (*id == kMemorySection) {
      well_formed = ReadMemories(section, outline);
    } else if (*id == kCustomSection) {
      const auto name = section.Name();
      well_formed = name.has_value();
      if (name == kCompiledSectionName) {
        const size_t begin = static_cast<size_t>(reinterpret_cast<const uint8_t*>(name->data()) +
                                                 name->size() - payload->data);
        outline.compiled_section = WasmBytes{payload->data + begin, payload->size - begin};
      }
    }
    if (!well_formed) return std::nullopt;
  }
  return outline;
}

}  // namespace wasmedge_embed
