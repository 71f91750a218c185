#include "binary/wasm_outline.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "binary/module_refusal.h"
#include "binary/wasm_limits.h"
#include "binary/wasm_proposals.h"

namespace wasmedge_embed {
namespace {

/// A section that is a vector of entries.
struct Vector {
  uint8_t section = 0;
  const char* entries = nullptr;
  uint32_t most = 0;
  /// Of one entry. WasmEdge allocates room for the declared number of entries before it reads the
  /// first.
  size_t least_bytes = 0;
};

constexpr std::array kVectors{
    Vector{WasmSection::kTypes, "types", wasm_limits::kTypes, 2},
    Vector{WasmSection::kImports, "imports", wasm_limits::kImports, 4},
    Vector{WasmSection::kFunctions, "functions", wasm_limits::kFunctions, 1},
    Vector{WasmSection::kTables, "tables", wasm_limits::kTables, 3},
    Vector{WasmSection::kMemories, "memories", wasm_limits::kMemories, 2},
    Vector{WasmSection::kGlobals, "globals", wasm_limits::kGlobals, 5},
    Vector{WasmSection::kExports, "exports", wasm_limits::kExports, 3},
    Vector{WasmSection::kElements, "element segments", wasm_limits::kElementSegments, 3},
    Vector{WasmSection::kCode, "function bodies", wasm_limits::kFunctions, 3},
    Vector{WasmSection::kData, "data segments", wasm_limits::kDataSegments, 2},
};

/// The memory WasmEdge takes for an element of a table, and approximately for a function and a
/// global of an instance, including the name of an exported global.
constexpr uint64_t kElementBytes = 16;
constexpr uint64_t kFunctionBytes = 200;
constexpr uint64_t kGlobalBytes = 250;

/// The order of sections; each occurs at most once.
constexpr std::array kOrder{
    WasmSection::kTypes,    WasmSection::kImports,   WasmSection::kFunctions, WasmSection::kTables,
    WasmSection::kMemories, WasmSection::kGlobals,   WasmSection::kExports,   WasmSection::kStart,
    WasmSection::kElements, WasmSection::kDataCount, WasmSection::kCode,      WasmSection::kData,
};

class OutlineReader {
 public:
  explicit OutlineReader(const std::string& name) : name_(name) {}

  WasmOutline Read(WasmBytes module) {
    constexpr uint8_t kHeader[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    if (module.size < sizeof kHeader) Refuse("is truncated within its header.");
    // In a component, the last two bytes are its layer (Binary.md of the component model).
    constexpr uint8_t kComponentLayer[] = {1, 0};
    if (std::memcmp(module.data + 6, kComponentLayer, sizeof kComponentLayer) == 0) {
      Refuse(
          "is a WebAssembly component; guests are core modules of WASI preview 1. Build it as one: "
          "Rust with --target wasm32-wasip1, TinyGo with -target=wasip1, .NET with the workload "
          "wasi-experimental, clang with --target=wasm32-wasip1.");
    }
    if (std::memcmp(module.data, kHeader, sizeof kHeader) != 0) {
      Refuse("is not a core WebAssembly module of version 1.");
    }
    WasmSections sections(module);
    size_t next = 0;
    while (!sections.AtEnd()) {
      const auto section = sections.Next();
      if (!section) Refuse("is truncated or malformed: a section is cut off.");
      if (section->id == WasmSection::kCustom) {
        ReadCustom(section->payload);
        continue;
      }
      const auto place = std::find(kOrder.begin(), kOrder.end(), section->id);
      if (place == kOrder.end()) {
        Refuse("has a section of the kind " + std::to_string(section->id) +
               WhyNotForGuests(ProposalOfSection(section->id)));
      }
      const auto index = static_cast<size_t>(place - kOrder.begin());
      if (index < next) Refuse("is malformed: its sections are not in order.");
      next = index + 1;
      Read(*section);
    }
    return std::move(outline_);
  }

 private:
  void Read(const WasmSection& section) {
    WasmReader reader(section.payload);
    if (section.id == WasmSection::kStart) outline_.has_start = true;
    if (section.id == WasmSection::kData) outline_.instance_bytes += section.payload.size;
    if (section.id == WasmSection::kElements) {
      outline_.instance_bytes += kElementBytes * section.payload.size;
    }
    const auto* const vector =
        std::find_if(kVectors.begin(), kVectors.end(),
                     [&section](const Vector& each) { return each.section == section.id; });
    if (vector == kVectors.end()) return;
    const uint32_t count = Need(reader.U32());
    Bound(count, vector->most, vector->entries);
    if (count > reader.remaining() / vector->least_bytes) FailMalformed();
    switch (section.id) {
      case WasmSection::kTypes:
        return Each(count, [&] { ReadType(reader); });
      case WasmSection::kImports:
        Each(count, [&] { ReadImport(reader); });
        outline_.imported_functions = outline_.functions.size();
        return;
      case WasmSection::kGlobals:
        outline_.instance_bytes += kGlobalBytes * count;
        return;
      case WasmSection::kFunctions:
        outline_.instance_bytes += kFunctionBytes * count;
        outline_.functions.reserve(outline_.functions.size() + count);
        return Each(count, [&] { outline_.functions.push_back(Need(reader.U32())); });
      case WasmSection::kTables:
        return Each(count, [&] { ReadTable(reader); });
      case WasmSection::kMemories:
        return Each(count, [&] { ReadMemory(reader); });
      case WasmSection::kExports:
        return Each(count, [&] { ReadExport(reader); });
      case WasmSection::kCode:
        outline_.code = section.payload;
        return;
      default:
        return;
    }
  }

  template <typename Entry>
  static void Each(uint32_t count, const Entry& entry) {
    for (uint32_t index = 0; index < count; ++index) entry();
  }

  void ReadCustom(WasmBytes payload) {
    WasmReader reader(payload);
    if (Need(reader.Name()) != kCompiledSectionName) return;
    outline_.compiled_section = WasmBytes{payload.data + reader.position(), reader.remaining()};
  }

  void ReadType(WasmReader& reader) {
    constexpr uint8_t kFunction = 0x60;
    const uint8_t form = Need(reader.Byte());
    // Whatever is disabled, WasmEdge 0.14 accepts `rec`, `sub`, `struct` and `array`, and two types
    // that are subtypes of each other make it recurse endlessly.
    if (form != kFunction) {
      Refuse("has a type of the form " + ToHex(form) + WhyNotForGuests(ProposalOfType(form)));
    }
    WasmFunctionType type;
    type.parameters = ReadValueTypes(reader, wasm_limits::kParameters, "parameters in a type");
    type.results = ReadValueTypes(reader, wasm_limits::kResults, "results in a type");
    outline_.types.push_back(type);
  }

  uint32_t ReadValueTypes(WasmReader& reader, uint32_t most, const char* what) {
    const uint32_t count = Need(reader.U32());
    Bound(count, most, what);
    Each(count, [&] { ReadValueType(reader); });
    return count;
  }

  void ReadValueType(WasmReader& reader) {
    const uint8_t type = Need(reader.Byte());
    if (!IsValueType(type)) {
      Refuse("has a value of the type " + ToHex(type) + WhyNotForGuests(ProposalOfType(type)));
    }
  }

  void ReadName(WasmReader& reader) {
    Bound(Need(reader.Name()).size(), wasm_limits::kNameBytes, "bytes in a name");
  }

  void ReadImport(WasmReader& reader) {
    ReadName(reader);
    ReadName(reader);
    switch (const uint8_t kind = Need(reader.Byte())) {
      case 0:
        outline_.functions.push_back(Need(reader.U32()));
        return;
      case 1:
        return ReadTable(reader);
      case 2:
        return ReadMemory(reader);
      case 3:
        return ReadGlobal(reader);
      default:
        Refuse("imports something of the kind " + std::to_string(kind) +
               WhyNotForGuests(ProposalOfImport(kind)));
    }
  }

  void ReadTable(WasmReader& reader) {
    ReadValueType(reader);
    const WasmLimits limits = Need(reader.Limits());
    outline_.instance_bytes += kElementBytes * limits.minimum;
    if ((limits.flags & ~WasmLimits::kHasMaximum) != 0) {
      Refuse(
          "declares a table that is shared or has indices of 64 bits. Compile it for wasm32, "
          "without threads.");
    }
  }

  // Rejects what would make an invocation unsafe: a guest that waits on a shared memory waits in
  // the engine, forever; and WasmEdge compiles accesses to a 64-bit memory without checks.
  void ReadMemory(WasmReader& reader) {
    const WasmLimits limits = Need(reader.Limits());
    if ((limits.flags & WasmLimits::kIsShared) != 0) {
      Refuse("declares a shared memory" + WhyNotForGuests(WasmProposal::kThreads));
    }
    if ((limits.flags & WasmLimits::kHas64Bits) != 0) {
      Refuse("declares a memory of 64-bit addresses" + WhyNotForGuests(WasmProposal::kMemory64));
    }
    if ((limits.flags & ~WasmLimits::kHasMaximum) != 0) FailMalformed();
    Bound(++memories_, wasm_limits::kMemories, "memories");
    outline_.memory_minimum = limits.minimum;
  }

  void ReadGlobal(WasmReader& reader) {
    ReadValueType(reader);
    Need(reader.Byte());
  }

  void ReadExport(WasmReader& reader) {
    ReadName(reader);
    Need(reader.Byte());
    Need(reader.U32());
  }

  template <typename T>
  T Need(std::optional<T> value) const {
    if (!value) FailMalformed();
    return *value;
  }

  void Bound(uint64_t count, uint64_t most, const char* what) const {
    BoundModule(name_, count, most, what);
  }

  [[noreturn]] void FailMalformed() const {
    Refuse("is truncated or malformed: the contents of a section are cut off.");
  }

  [[noreturn]] void Refuse(const std::string& reason) const { RefuseModule(name_, reason); }

  const std::string& name_;
  WasmOutline outline_;
  uint32_t memories_ = 0;
};

}  // namespace

WasmOutline ReadWasmOutline(WasmBytes module, const std::string& name) {
  return OutlineReader(name).Read(module);
}

}  // namespace wasmedge_embed
