#include "binary/wasm_binary.h"

#include <algorithm>

namespace wasmedge_embed {
namespace {

constexpr size_t kHeaderSize = 8;

}  // namespace

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

std::optional<uint32_t> WasmReader::LongU32() {
  const std::optional<uint64_t> value = U64();
  if (!value || *value > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*value);
}

std::optional<int64_t> WasmReader::S33() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::optional<uint8_t> byte = Byte();
    if (!byte) return std::nullopt;
    value |= uint64_t{*byte & 0x7FU} << shift;
    if ((*byte & 0x80U) != 0) continue;
    const uint64_t sign = (*byte & 0x40U) != 0 ? UINT64_MAX << (shift + 7) : 0;
    return static_cast<int64_t>(value | sign);
  }
  return std::nullopt;
}

std::optional<WasmBytes> WasmReader::Part(uint32_t size) {
  const WasmBytes part{bytes_.data + position_, size};
  if (!Skip(size)) return std::nullopt;
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

WasmSections::WasmSections(WasmBytes module)
    : header_(std::min(kHeaderSize, module.size)),
      reader_({module.data + header_, module.size - header_}) {}

std::optional<WasmSection> WasmSections::Next() {
  const auto id = reader_.Byte();
  const size_t size_at = position();
  const auto size = reader_.U32();
  const auto payload = size ? reader_.Part(*size) : std::nullopt;
  if (!id || !payload) return std::nullopt;
  return WasmSection{*id, size_at, *payload};
}

}  // namespace wasmedge_embed
