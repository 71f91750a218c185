#include "binary/compiled_elf.h"

#include <elf.h>

#include <cstring>
#include <optional>
#include <string_view>

#include "base/elf_file.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kMaxSymbols = 10'000'000;

/// The entries of the dynamic section that are needed here.
struct Dynamic {
  uint64_t symbols = 0;
  uint64_t strings = 0;
  uint64_t hash = 0;
  bool has_initialisers = false;
};

std::optional<Dynamic> ReadDynamic(const ElfFile& file) {
  const auto entries = file.Dynamic();
  if (!entries) return std::nullopt;
  Dynamic dynamic;
  for (const Elf64_Dyn& entry : *entries) {
    switch (entry.d_tag) {
      case DT_SYMTAB:
        dynamic.symbols = entry.d_un.d_ptr;
        break;
      case DT_STRTAB:
        dynamic.strings = entry.d_un.d_ptr;
        break;
      case DT_HASH:
        dynamic.hash = entry.d_un.d_ptr;
        break;
      case DT_INIT:
      case DT_INIT_ARRAY:
      case DT_PREINIT_ARRAY:
        dynamic.has_initialisers = true;
        break;
      default:
        break;
    }
  }
  return dynamic;
}

/// The virtual address of an exported symbol. WasmEdge's linker writes a System V hash table, whose
/// second word is the number of symbols.
std::optional<uint64_t> FindSymbol(const ElfFile& file, const Dynamic& dynamic,
                                   std::string_view name) {
  const auto hash = file.OffsetOf(dynamic.hash, 2 * sizeof(uint32_t));
  const auto strings = file.OffsetOf(dynamic.strings, 1);
  const auto count = hash ? file.At<uint32_t>(*hash + sizeof(uint32_t)) : std::nullopt;
  if (!strings || !count || *count > kMaxSymbols) return std::nullopt;
  const auto symbols = file.OffsetOf(dynamic.symbols, uint64_t{*count} * sizeof(Elf64_Sym));
  if (!symbols) return std::nullopt;
  for (uint64_t index = 1; index < *count; ++index) {
    const auto symbol = file.At<Elf64_Sym>(*symbols + index * sizeof(Elf64_Sym));
    if (symbol && symbol->st_shndx != SHN_UNDEF &&
        file.TextAt(*strings + symbol->st_name) == name) {
      return symbol->st_value;
    }
  }
  return std::nullopt;
}

}  // namespace

bool LooksLikeElf(const std::vector<uint8_t>& bytes) noexcept {
  return bytes.size() >= SELFMAG && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
}

std::string CheckCompiledElf(const std::vector<uint8_t>& bytes, uint32_t aot_binary_version,
                             WasmBytes* source) {
  ElfFile file(bytes.data(), bytes.size());
  const auto header = file.At<Elf64_Ehdr>(0);
  if (!header) return "is truncated within its ELF header.";
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != kElfMachine) {
    return "was compiled for another processor (ELF machine " + std::to_string(header->e_machine) +
           ", here " + std::to_string(kElfMachine) + "). Compile it on this kind of machine.";
  }
  if (header->e_type != ET_DYN || header->e_phentsize != sizeof(Elf64_Phdr)) {
    return "is an ELF file but not a shared object.";
  }
  if (!file.ReadSegments(*header)) return "is truncated: a segment lies outside the file.";
  const std::optional<Dynamic> dynamic = ReadDynamic(file);
  if (!dynamic) return "is a malformed ELF file: it has no dynamic section.";
  if (dynamic->has_initialisers) {
    return "is a shared object that runs code when it is opened; WasmEdge's compiler does not "
           "create "
           "such files.";
  }
  for (const char* name : {"version", "intrinsics", "wasm.code", "wasm.size"}) {
    if (!FindSymbol(file, *dynamic, name)) {
      return std::string(
                 "is a shared object but was not made by WasmEdge's compiler: it does not "
                 "export '") +
             name + "'.";
    }
  }
  const auto offset = file.OffsetOf(*FindSymbol(file, *dynamic, "version"), sizeof(uint32_t));
  const auto version = offset ? file.At<uint32_t>(*offset) : std::nullopt;
  if (!version) return "is a malformed ELF file: its 'version' lies outside.";
  if (*version != aot_binary_version) {
    return "was compiled for another version of WasmEdge (its compiled form is " +
           std::to_string(*version) + ", expected " + std::to_string(aot_binary_version) +
           "). Compile it again with the version that runs it.";
  }
  const auto size_at = file.OffsetOf(*FindSymbol(file, *dynamic, "wasm.size"), sizeof(uint32_t));
  const auto size = size_at ? file.At<uint32_t>(*size_at) : std::nullopt;
  const auto code =
      size ? file.OffsetOf(*FindSymbol(file, *dynamic, "wasm.code"), *size) : std::nullopt;
  if (!code) return "is a malformed ELF file: its 'wasm.code' lies outside.";
  *source = {bytes.data() + *code, *size};
  return {};
}

}  // namespace wasmedge_embed
