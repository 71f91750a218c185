#include "binary/function_names.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/guest_frame.h"
#include "binary/extern_kind.h"

namespace wasmedge_embed {
namespace {

constexpr std::string_view kNameSection = "name";
constexpr uint8_t kFunctionNames = 1;
// More than any toolchain writes; takes about ten milliseconds.
constexpr uint32_t kMostEntries = 1'000'000;

bool IsNameSection(const WasmSection& section) {
  return section.id == WasmSection::kCustom && WasmReader(section.payload).Name() == kNameSection;
}

class Search {
 public:
  explicit Search(const std::vector<uint32_t>& indices) : names_(indices.size()) {
    for (size_t place = 0; place < indices.size(); ++place) {
      wanted_.emplace_back(indices[place], place);
    }
    std::sort(wanted_.begin(), wanted_.end());
  }

  /// A better source takes precedence; within one source, the first name.
  void Give(int rank, uint32_t index, std::string_view name, std::string_view prefix = {}) {
    auto found = std::lower_bound(wanted_.begin(), wanted_.end(), std::pair{index, size_t{0}});
    for (; found != wanted_.end() && found->first == index; ++found) {
      auto& [text, best] = names_[found->second];
      if (rank <= best) continue;
      best = rank;
      text.assign(prefix.substr(0, GuestFrame::kMostNameBytes));
      if (!prefix.empty()) text += '.';
      text += name.substr(0, GuestFrame::kMostNameBytes -
                                 std::min(text.size(), size_t{GuestFrame::kMostNameBytes}));
    }
  }

  std::vector<std::string> Take() {
    std::vector<std::string> taken;
    for (auto& [text, rank] : names_) taken.push_back(std::move(text));
    return taken;
  }

 private:
  std::vector<std::pair<uint32_t, size_t>> wanted_;
  std::vector<std::pair<std::string, int>> names_;
};

constexpr int kImported = 1;
constexpr int kExported = 2;
constexpr int kNamed = 3;

bool SkipImportedType(WasmReader& reader, uint8_t kind) {
  switch (kind) {
    case extern_kind::kTable:
      return reader.Byte() && reader.Limits();
    case extern_kind::kMemory:
      return reader.Limits().has_value();
    case extern_kind::kGlobal:
      return reader.Byte() && reader.Byte();
    case extern_kind::kTag:
      return reader.Byte() && reader.U32();
    default:
      return false;
  }
}

/// Returns the number of imported functions.
uint32_t ReadImports(WasmReader reader, Search& search) {
  const auto count = reader.U32();
  uint32_t function = 0;
  for (uint32_t index = 0; count && index < std::min(*count, kMostEntries); ++index) {
    const auto module = reader.Name();
    const auto name = reader.Name();
    const auto kind = reader.Byte();
    if (!module || !name || !kind) break;
    if (*kind != extern_kind::kFunction) {
      if (!SkipImportedType(reader, *kind)) break;
      continue;
    }
    if (!reader.U32()) break;
    search.Give(kImported, function++, *name, *module);
  }
  return function;
}

void ReadExports(WasmReader reader, Search& search) {
  const auto count = reader.U32();
  for (uint32_t index = 0; count && index < std::min(*count, kMostEntries); ++index) {
    const auto name = reader.Name();
    const auto kind = reader.Byte();
    const auto what = reader.U32();
    if (!name || !kind || !what) return;
    if (*kind == extern_kind::kFunction) search.Give(kExported, *what, *name);
  }
}

void ReadNames(WasmReader reader, Search& search) {
  reader.Name();
  while (!reader.AtEnd()) {
    const auto kind = reader.Byte();
    const auto size = reader.U32();
    const auto part = size ? reader.Part(*size) : std::nullopt;
    if (!kind || !part) return;
    if (*kind != kFunctionNames) continue;
    WasmReader names(*part);
    const auto count = names.U32();
    for (uint32_t entry = 0; count && entry < std::min(*count, kMostEntries); ++entry) {
      const auto index = names.U32();
      const auto name = names.Name();
      if (!index || !name) return;
      if (!name->empty()) search.Give(kNamed, *index, *name);
    }
    return;
  }
}

}  // namespace

std::vector<std::string> FunctionNames(WasmBytes module, const std::vector<uint32_t>& indices) {
  Search search(indices);
  WasmSections sections(module);
  bool is_named = false;
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) break;
    if (section->id == WasmSection::kImports) ReadImports(WasmReader(section->payload), search);
    if (section->id == WasmSection::kExports) ReadExports(WasmReader(section->payload), search);
    // Only the first name section counts (the appendix allows at most one).
    if (is_named || !IsNameSection(*section)) continue;
    is_named = true;
    ReadNames(WasmReader(section->payload), search);
  }
  return search.Take();
}

uint32_t CountImportedFunctions(WasmBytes module) {
  WasmSections sections(module);
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) break;
    if (section->id != WasmSection::kImports) continue;
    Search nothing({});
    return ReadImports(WasmReader(section->payload), nothing);
  }
  return 0;
}

std::vector<uint8_t> KeepNames(WasmBytes module) {
  WasmSections sections(module);
  std::vector<uint8_t> kept(module.data, module.data + sections.position());
  while (!sections.AtEnd()) {
    const size_t begin = sections.position();
    const auto section = sections.Next();
    if (!section) break;
    if (section->id == WasmSection::kImports || section->id == WasmSection::kExports ||
        IsNameSection(*section)) {
      kept.insert(kept.end(), module.data + begin, module.data + sections.position());
    }
  }
  return kept;
}

}  // namespace wasmedge_embed
