#include "engine/table_limits.h"

#include "engine/error.h"

namespace wasmedge_embed {
namespace {

constexpr uint8_t kTableSection = 4;

/// A table's type, as "Binary Format, Table Section" of the specification has it.
struct Table {
  /// Its limits' place in the payload of the section.
  size_t begin = 0;
  size_t end = 0;
  WasmLimits limits;
};

/// The constant expressions that a table's first value can be: a null reference, a function, a
/// global.
bool SkipReferenceExpression(WasmReader& reader) {
  constexpr uint8_t kGlobalGet = 0x23;
  constexpr uint8_t kRefNull = 0xD0;
  constexpr uint8_t kRefFunc = 0xD2;
  constexpr uint8_t kEnd = 0x0B;
  const auto instruction = reader.Byte();
  return (instruction == kGlobalGet || instruction == kRefNull || instruction == kRefFunc) &&
         reader.U64() && reader.Byte() == kEnd;
}

std::optional<Table> ReadTable(WasmReader& reader) {
  constexpr uint8_t kWithValue = 0x40;
  Table table;
  const bool has_value = reader.Peek() == kWithValue;
  if (has_value && (!reader.Byte() || reader.Byte() != 0x00)) return std::nullopt;
  if (!reader.SkipValueType()) return std::nullopt;
  table.begin = reader.position();
  const auto limits = reader.Limits();
  if (!limits) return std::nullopt;
  table.limits = *limits;
  table.end = reader.position();
  if (has_value && !SkipReferenceExpression(reader)) return std::nullopt;
  return table;
}

std::optional<std::vector<Table>> ReadTables(WasmReader reader) {
  const auto count = reader.U32();
  if (!count) return std::nullopt;
  std::vector<Table> tables;
  for (uint32_t index = 0; index < *count; ++index) {
    const auto table = ReadTable(reader);
    if (!table) return std::nullopt;
    tables.push_back(*table);
  }
  return tables;
}

void AppendLeb128(std::vector<uint8_t>& bytes, uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<uint8_t>(value));
}

/// The section's payload with the tables' maximums; absent when all are low enough.
std::optional<std::vector<uint8_t>> LimitSection(WasmBytes payload, uint64_t elements,
                                                 const std::string& name) {
  const auto tables = ReadTables(WasmReader(payload));
  if (!tables) {
    throw Error(ErrorCode::kModuleInvalid,
                name + " is malformed, or has a table of a kind that is not known here.");
  }
  uint64_t room = elements;
  for (const Table& table : *tables) {
    if (table.limits.minimum > room) {
      throw Error(ErrorCode::kLimit,
                  name + " declares tables of more elements than the limit 'tableElements' of " +
                      std::to_string(elements) +
                      ". Raise limits.tableElements if it may have them.",
                  "tableElements");
    }
    room -= table.limits.minimum;
  }
  std::vector<uint8_t> limited;
  bool changed = false;
  size_t copied = 0;
  for (const Table& table : *tables) {
    const auto& [flags, minimum, maximum] = table.limits;
    const uint64_t most = minimum + room / tables->size();
    if (maximum && *maximum <= most) continue;
    changed = true;
    limited.insert(limited.end(), payload.data + copied, payload.data + table.begin);
    limited.push_back(flags | WasmLimits::kHasMaximum);
    AppendLeb128(limited, minimum);
    AppendLeb128(limited, most);
    copied = table.end;
  }
  if (!changed) return std::nullopt;
  limited.insert(limited.end(), payload.data + copied, payload.data + payload.size);
  return limited;
}

}  // namespace

std::optional<std::vector<uint8_t>> LimitTables(WasmBytes module, uint64_t elements,
                                                const std::string& name) {
  WasmReader reader = ModuleSections(module);
  while (!reader.AtEnd()) {
    const auto id = reader.Byte();
    const size_t size_at = reader.position();
    const auto size = reader.U32();
    const auto payload = size ? reader.Part(*size) : std::nullopt;
    if (!id || !payload) return std::nullopt;
    if (*id != kTableSection) continue;
    const auto limited = LimitSection(*payload, elements, name);
    if (!limited) return std::nullopt;
    const uint8_t* sections = payload->data + payload->size - reader.position();
    std::vector<uint8_t> result(module.data, sections + size_at);
    AppendLeb128(result, limited->size());
    result.insert(result.end(), limited->begin(), limited->end());
    result.insert(result.end(), payload->data + payload->size, module.data + module.size);
    return result;
  }
  return std::nullopt;
}

}  // namespace wasmedge_embed
