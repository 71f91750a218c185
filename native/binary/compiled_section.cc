#include "binary/compiled_section.h"

#include <algorithm>
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

// All of the code's memory. Far more than any compiler makes of a module of 4 GiB at most.
constexpr uint64_t kMaxMemory = uint64_t{16} << 30;
constexpr uint64_t kPointerSize = 8;

struct Part {
  uint8_t kind = 0;
  /// Its place in the code's memory.
  uint64_t offset = 0;
  uint64_t size = 0;

  bool Contains(uint64_t address) const { return address >= offset && address - offset < size; }
};

/// The section behind its head, of which all fits together.
class Layout {
 public:
  bool Read(WasmReader& reader) {
    const auto version = reader.U64();
    const auto intrinsics = reader.U64();
    std::vector<uint64_t> functions;
    if (!version || !intrinsics || !ReadAddresses(reader, functions) ||
        !ReadAddresses(reader, functions) || !ReadParts(reader) || !reader.AtEnd()) {
      return false;
    }
    const bool has_functions = std::all_of(functions.begin(), functions.end(), [this](auto each) {
      return std::any_of(parts_.begin(), parts_.end(), [each](const Part& part) {
        return part.kind == kText && part.Contains(each);
      });
    });
    return has_functions && memory_ >= kPointerSize && *intrinsics <= memory_ - kPointerSize;
  }

  /// Where the kinds of parts are that unwind the code, in the section.
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
      parts_.push_back({*kind, *offset, *size});
    }
    return true;
  }

  uint64_t memory_ = 0;
  std::vector<Part> parts_;
  std::vector<size_t> unwinding_;
};

}  // namespace

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
