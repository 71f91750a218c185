#include "workarounds/table_limits.h"

#include "base/error.h"
#include "binary/wasm_writer.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {
namespace {

/// A table's type, as in "Binary Format, Table Section" of the specification.
struct Table {
  /// The offset of its limits in the section's payload.
  size_t begin = 0;
  size_t end = 0;
  WasmLimits limits;
};

std::optional<Table> ReadTable(WasmReader& reader) {
  if (!reader.Byte()) return std::nullopt;  // the type of its elements
  Table table;
  table.begin = reader.position();
  const auto limits = reader.Limits();
  if (!limits) return std::nullopt;
  table.limits = *limits;
  table.end = reader.position();
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

/// The section's payload with the maximums of the tables; absent if all are low enough.
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
                      std::to_string(elements) + ". Raise limits.tableElements to allow them.",
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
    AppendNumber(limited, minimum);
    AppendNumber(limited, most);
    copied = table.end;
  }
  if (!changed) return std::nullopt;
  limited.insert(limited.end(), payload.data + copied, payload.data + payload.size);
  return limited;
}

}  // namespace

std::optional<std::vector<uint8_t>> LimitTables(WasmBytes module, uint64_t elements,
                                                const std::string& name) {
  if (!IsInForce(Workaround::kTableLimits)) return std::nullopt;
  WasmSections sections(module);
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) return std::nullopt;
    if (section->id != WasmSection::kTables) continue;
    const WasmBytes& payload = section->payload;
    const auto limited = LimitSection(payload, elements, name);
    if (!limited) return std::nullopt;
    std::vector<uint8_t> result(module.data, module.data + section->size_at);
    AppendNumber(result, limited->size());
    result.insert(result.end(), limited->begin(), limited->end());
    result.insert(result.end(), payload.data + payload.size, module.data + module.size);
    return result;
  }
  return std::nullopt;
}

}  // namespace wasmedge_embed
