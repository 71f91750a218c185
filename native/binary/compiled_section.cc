#include "binary/compiled_section.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace wasmedge_embed {
namespace {

constexpr uint8_t kLinux = 1;
#if defined(__x86_64__)
constexpr uint8_t kArchitecture = 1;
#elif defined(__aarch64__)
constexpr uint8_t kArchitecture = 2;
#else
#error "Compiled modules are known for x86-64 and aarch64 only."
#endif

constexpr uint8_t kText = 1;
constexpr uint8_t kUnwinding = 4;

// The most memory that the code may take. Far more than any compiler makes of a module of at most 4
// GiB.
constexpr uint64_t kMaxMemory = uint64_t{16} << 30;
constexpr uint64_t kPointerSize = 8;

struct Part {
  uint8_t kind = 0;
  /// Its offset in the code's memory.
  uint64_t offset = 0;
  uint64_t size = 0;
  WasmBytes content;

  bool Contains(uint64_t address) const { return address >= offset && address - offset < size; }
};

/// The section after its header, checked for consistency.
class Layout {
 public:
  bool Read(WasmReader& reader) {
    const auto version = reader.U64();
    const auto intrinsics = reader.U64();
    std::vector<uint64_t> types;
    if (!version || !intrinsics || !ReadAddresses(reader, types) ||
        !ReadAddresses(reader, functions_) || !ReadParts(reader) || !reader.AtEnd()) {
      return false;
    }
    return AreInText(types) && AreInText(functions_) && memory_ >= kPointerSize &&
           *intrinsics <= memory_ - kPointerSize;
  }

  const std::vector<uint64_t>& functions() const { return functions_; }
  const std::vector<Part>& parts() const { return parts_; }

  /// The offsets in the section of the kinds of the parts that contain unwind tables.
  const std::vector<size_t>& unwinding() const { return unwinding_; }

 private:
  static bool ReadAddresses(WasmReader& reader, std::vector<uint64_t>& addresses) {
    const auto count = reader.U64();
    if (!count) return false;
    for (uint64_t index = 0; index < *count; ++index) {
      const auto address = reader.U64();
      if (!address) return false;
      addresses.push_back(*address);
    }
    return true;
  }

  bool AreInText(const std::vector<uint64_t>& functions) const {
    return std::all_of(functions.begin(), functions.end(), [this](auto each) {
      return std::any_of(parts_.begin(), parts_.end(), [each](const Part& part) {
        return part.kind == kText && part.Contains(each);
      });
    });
  }

  bool ReadParts(WasmReader& reader) {
    const auto count = reader.U32();
    if (!count) return false;
    for (uint32_t index = 0; index < *count; ++index) {
      const size_t kind_at = reader.position();
      const auto kind = reader.Byte();
      const auto offset = reader.U64();
      const auto size = reader.U64();
      const auto length = reader.U32();
      const auto content = length ? reader.Part(*length) : std::nullopt;
      if (!kind || !offset || !size || !content) return false;
      if (*kind < kText || *kind > kUnwinding || *offset > kMaxMemory || *size > kMaxMemory ||
          content->size > *size) {
        return false;
      }
      if (*kind == kUnwinding) unwinding_.push_back(kind_at);
      memory_ = std::max(memory_, *offset + *size);
      parts_.push_back({*kind, *offset, *size, *content});
    }
    return true;
  }

  uint64_t memory_ = 0;
  std::vector<uint64_t> functions_;
  std::vector<Part> parts_;
  std::vector<size_t> unwinding_;
};

/// Skips the versions, the operating system and the processor.
bool SkipHead(WasmReader& reader) {
  return reader.U32() && reader.Byte().has_value() && reader.Byte().has_value();
}

/// The index of the unwind tables: its position, and that of the tables (Linux Standard Base,
/// "Exception Frames").
std::optional<std::pair<uint64_t, uint64_t>> FindIndex(const std::vector<Part>& parts) {
  // As LLVM's linker writes it: version 1, a 32-bit relative pointer, a count, relative pointers.
  constexpr uint8_t kHead[] = {0x01, 0x1B, 0x03, 0x3B};
  for (const Part& part : parts) {
    int32_t distance;
    if (part.content.size < sizeof kHead + sizeof distance ||
        std::memcmp(part.content.data, kHead, sizeof kHead) != 0) {
      continue;
    }
    std::memcpy(&distance, part.content.data + sizeof kHead, sizeof distance);
    const uint64_t tables = part.offset + sizeof kHead + static_cast<uint64_t>(int64_t{distance});
    return std::pair{part.offset, tables};
  }
  return std::nullopt;
}

}  // namespace

std::optional<CompiledLayout> ReadCompiledLayout(WasmBytes module) {
  WasmSections sections(module);
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) return std::nullopt;
    if (section->id != WasmSection::kCustom) continue;
    WasmReader reader(section->payload);
    if (reader.Name() != kCompiledSectionName) continue;
    Layout layout;
    if (!SkipHead(reader) || !layout.Read(reader)) return std::nullopt;
    const auto index = FindIndex(layout.parts());
    if (!index) return std::nullopt;
    CompiledLayout found;
    found.index_offset = index->first;
    found.tables_offset = std::min(index->first, index->second);
    for (const Part& part : layout.parts()) {
      if (part.kind == kText) {
        if (found.text_size != 0) return std::nullopt;
        found.text_offset = part.offset;
        found.text_size = part.size;
      }
      if (part.Contains(index->first) || part.Contains(index->second)) {
        found.tables_size =
            std::max(found.tables_size, part.offset + part.size - found.tables_offset);
      }
    }
    found.functions = layout.functions();
    const bool is_whole =
        found.text_size != 0 &&
        std::any_of(layout.parts().begin(), layout.parts().end(),
                    [&](const Part& part) { return part.Contains(found.tables_offset); });
    if (is_whole) return found;
    return std::nullopt;
  }
  return std::nullopt;
}

void DropCompiledSections(std::vector<uint8_t>& module) {
  WasmSections sections({module.data(), module.size()});
  const auto place = [&module](size_t offset) {
    return module.begin() + static_cast<ptrdiff_t>(offset);
  };
  size_t begin = sections.position();
  std::vector<uint8_t> kept(module.begin(), place(begin));
  while (begin < module.size()) {
    const auto section = sections.Next();
    const size_t end = section ? sections.position() : module.size();
    const bool is_compiled = section && section->id == WasmSection::kCustom &&
                             WasmReader(section->payload).Name() == kCompiledSectionName;
    if (!is_compiled) kept.insert(kept.end(), place(begin), place(end));
    begin = end;
  }
  if (kept.size() != module.size()) module = std::move(kept);
}

std::string CheckCompiledSection(WasmBytes section, uint32_t aot_binary_version,
                                 const std::string& wasmedge_version,
                                 std::vector<size_t>* unwinding) {
  WasmReader reader(section);
  const auto version = reader.U32();
  const auto system = reader.Byte();
  const auto architecture = reader.Byte();
  if (!version || !system || !architecture) {
    return "has a truncated section of compiled code. Compile it again.";
  }
  if (*version != aot_binary_version) {
    return "was compiled for another version of WasmEdge (its compiled form is " +
           std::to_string(*version) + ", WasmEdge " + wasmedge_version + " runs " +
           std::to_string(aot_binary_version) + "). Compile it again with this version.";
  }
  if (*system != kLinux || *architecture != kArchitecture) {
    return "was compiled for another system or processor. Compile it again on this kind of "
           "machine.";
  }
  Layout layout;
  if (!layout.Read(reader)) return "has a damaged section of compiled code. Compile it again.";
  *unwinding = layout.unwinding();
  return {};
}

}  // namespace wasmedge_embed
