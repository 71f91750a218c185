#include "engine/compiled_code.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "binary/compiled_section.h"
#include "binary/function_names.h"
#include "engine/loaded_object.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kNoFunction = UINT32_MAX;
constexpr uint64_t kMostSymbols = 10'000'000;

struct CloseLibrary {
  void operator()(void* library) const noexcept { dlclose(library); }
};

const uint8_t* BytesAt(uintptr_t address) { return reinterpret_cast<const uint8_t*>(address); }

/// The number in a symbol's name of the form "f" and digits.
std::optional<uint32_t> FunctionIndex(const char* name, uint64_t room) {
  if (room < 3 || name[0] != 'f') return std::nullopt;
  uint64_t index = 0;
  uint64_t place = 1;
  for (; place < room && name[place] >= '0' && name[place] <= '9' && place < 12; ++place) {
    index = index * 10 + static_cast<uint64_t>(name[place] - '0');
  }
  if (place == 1 || place >= room || name[place] != '\0' || index >= kNoFunction) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(index);
}

}  // namespace

std::optional<CompiledCode> CompiledCode::OfLibrary(const std::string& path) {
  const std::unique_ptr<void, CloseLibrary> library(
      dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD));
  link_map* map = nullptr;
  if (!library || dlinfo(library.get(), RTLD_DI_LINKMAP, &map) != 0) return std::nullopt;
  const auto* const size = static_cast<const uint32_t*>(dlsym(library.get(), "wasm.size"));
  const auto* const code = static_cast<const uint8_t*>(dlsym(library.get(), "wasm.code"));
  if (size == nullptr || code == nullptr) return std::nullopt;
  const auto object = FindLoadedObject(reinterpret_cast<uintptr_t>(code));
  if (!object || object->code_begin == 0 || object->tables.data == nullptr) return std::nullopt;
  CompiledCode found;
  found.base_ = map->l_addr;
  found.begin_ = object->code_begin;
  found.end_ = object->code_end;
  found.unwinding_ = UnwindTable(object->tables);
  found.module_ = {code, *size};
  // The dynamic linker relocates those in a writable section.
  const auto address = [map](ElfW(Addr) value) {
    return value < map->l_addr ? map->l_addr + value : value;
  };
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        found.symbols_ = BytesAt(address(entry->d_un.d_ptr));
        break;
      case DT_STRTAB:
        found.strings_ = reinterpret_cast<const char*>(address(entry->d_un.d_ptr));
        break;
      case DT_STRSZ:
        found.strings_size_ = entry->d_un.d_val;
        break;
      case DT_HASH:
        // The second word is the number of symbols (System V ABI).
        found.symbol_count_ = reinterpret_cast<const uint32_t*>(address(entry->d_un.d_ptr))[1];
        break;
      default:
        break;
    }
  }
  // `CheckCompiledElf` has checked that the tables are inside the file.
  if (found.symbols_ == nullptr || found.strings_ == nullptr ||
      found.symbol_count_ > kMostSymbols) {
    return std::nullopt;
  }
  return found;
}

std::optional<CompiledCode> CompiledCode::OfUniversal(WasmBytes module, uintptr_t text) {
  const auto layout = ReadCompiledLayout(module);
  if (!layout || text == 0) return std::nullopt;
  // WasmEdge changes the protection of whole pages.
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t base = text - (layout->text_offset & ~(page - 1));
  CompiledCode found;
  found.begin_ = base + layout->text_offset;
  found.end_ = found.begin_ + layout->text_size;
  found.unwinding_ =
      UnwindTable({BytesAt(base + layout->tables_offset), layout->tables_size,
                   base + layout->tables_offset, layout->index_offset - layout->tables_offset});
  found.kept_ = KeepNames(module);
  found.first_function_ = CountImportedFunctions({found.kept_.data(), found.kept_.size()});
  for (const uint64_t offset : layout->functions) found.functions_.push_back(base + offset);
  return found;
}

std::vector<uint32_t> CompiledCode::IndicesOf(const uintptr_t* addresses, size_t count) const {
  std::vector<uint32_t> indices(count, kNoFunction);
  std::vector<std::pair<uintptr_t, size_t>> wanted;
  for (size_t place = 0; place < count; ++place) wanted.emplace_back(addresses[place], place);
  std::sort(wanted.begin(), wanted.end());
  const auto give = [&](uintptr_t address, uint32_t index) {
    auto found = std::lower_bound(wanted.begin(), wanted.end(), std::pair{address, size_t{0}});
    for (; found != wanted.end() && found->first == address; ++found) {
      indices[found->second] = std::min(indices[found->second], index);
    }
  };
  for (uint32_t place = 0; place < functions_.size(); ++place) {
    give(functions_[place], first_function_ + place);
  }
  const auto* const symbols = static_cast<const ElfW(Sym)*>(symbols_);
  for (uint32_t each = 0; each < symbol_count_; ++each) {
    const ElfW(Sym)& symbol = symbols[each];
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= strings_size_) continue;
    const auto index = FunctionIndex(strings_ + symbol.st_name, strings_size_ - symbol.st_name);
    if (index) give(base_ + symbol.st_value, *index);
  }
  return indices;
}

GuestTrace CompiledCode::Trace(const GuestFrames& frames) const {
  GuestTrace trace;
  trace.omitted = frames.omitted();
  std::vector<uint32_t> indices = IndicesOf(frames.begin(), frames.size());
  // Code that leads in and out of the guest's functions, such as an import's stub, is not one of
  // them.
  const WasmBytes module = kept_.empty() ? module_ : WasmBytes{kept_.data(), kept_.size()};
  const uint32_t imported = CountImportedFunctions(module);
  const auto is_none = [imported](uint32_t index) {
    return index == kNoFunction || index < imported;
  };
  indices.erase(std::remove_if(indices.begin(), indices.end(), is_none), indices.end());
  if (indices.empty()) return trace;
  std::vector<std::string> names = FunctionNames(module, indices);
  for (size_t place = 0; place < indices.size(); ++place) {
    trace.frames.push_back({std::move(names[place]), indices[place]});
  }
  return trace;
}

}  // namespace wasmedge_embed
