#include "workarounds/library_imports.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "base/elf_file.h"

namespace wasmedge_embed {
namespace {

/// A file's bytes, read only where they are accessed. Libraries are replaced rather than
/// overwritten: one that shrank in the meantime would end the process here, as it would in the
/// dynamic linker.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status{};
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      const auto size = static_cast<size_t>(status.st_size);
      void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapping != MAP_FAILED) {
        mapping_ = mapping;
        size_ = size;
      }
    }
    close(file);
  }
  ~MappedFile() {
    if (mapping_ != nullptr) munmap(mapping_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  ElfFile Elf() const { return ElfFile(static_cast<const uint8_t*>(mapping_), size_); }

 private:
  void* mapping_ = nullptr;
  size_t size_ = 0;
};

/// Offsets in the file.
struct Tables {
  uint64_t strings = 0;
  uint64_t symbols = 0;
  uint64_t symbol_versions = 0;
  uint64_t needed_versions = 0;
  /// In a library with a GNU hash table, imported symbols come first; this is their number.
  uint32_t imports = 0;
  std::vector<uint64_t> needed_names;
};

std::optional<Tables> ReadTables(const ElfFile& file) {
  const auto entries = file.Dynamic();
  if (!entries) return std::nullopt;
  Tables tables;
  uint64_t hash = 0;
  bool complete = true;
  const auto place = [&](uint64_t address) {
    const auto offset = file.OffsetOf(address, 1);
    complete = complete && offset;
    return offset.value_or(0);
  };
  for (const Elf64_Dyn& entry : *entries) {
    switch (entry.d_tag) {
      case DT_STRTAB:
        tables.strings = place(entry.d_un.d_ptr);
        break;
      case DT_SYMTAB:
        tables.symbols = place(entry.d_un.d_ptr);
        break;
      case DT_VERSYM:
        tables.symbol_versions = place(entry.d_un.d_ptr);
        break;
      case DT_VERNEED:
        tables.needed_versions = place(entry.d_un.d_ptr);
        break;
      case DT_GNU_HASH:
        hash = place(entry.d_un.d_ptr);
        break;
      case DT_NEEDED:
        tables.needed_names.push_back(entry.d_un.d_val);
        break;
      default:
        break;
    }
  }
  if (!complete || tables.strings == 0 || tables.symbols == 0 || tables.symbol_versions == 0 ||
      tables.needed_versions == 0 || hash == 0) {
    return std::nullopt;
  }
  // The second word of a GNU hash table is the index of the first symbol in it.
  const auto first_known = file.At<uint32_t>(hash + sizeof(uint32_t));
  if (!first_known) return std::nullopt;
  tables.imports = *first_known;
  return tables;
}

/// The versions that the library requires, by the numbers that symbols use for them.
std::map<uint16_t, std::string> ReadVersions(const ElfFile& file, const Tables& tables,
                                             std::string_view library) {
  std::map<uint16_t, std::string> versions;
  for (uint64_t at = tables.needed_versions;;) {
    const auto need = file.At<Elf64_Verneed>(at);
    if (!need) return {};
    if (file.TextAt(tables.strings + need->vn_file) == library) {
      uint64_t version_at = at + need->vn_aux;
      for (uint16_t index = 0; index < need->vn_cnt; ++index) {
        const auto version = file.At<Elf64_Vernaux>(version_at);
        if (!version) return {};
        versions[version->vna_other] = file.TextAt(tables.strings + version->vna_name);
        version_at += version->vna_next;
      }
      return versions;
    }
    if (need->vn_next == 0) return {};
    at += need->vn_next;
  }
}

}  // namespace

std::optional<LibraryImports> ReadImports(const std::string& path, std::string_view library) {
  const MappedFile mapped(path);
  ElfFile file = mapped.Elf();
  const auto header = file.At<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != kElfMachine ||
      header->e_phentsize != sizeof(Elf64_Phdr) || !file.ReadSegments(*header)) {
    return std::nullopt;
  }
  const auto tables = ReadTables(file);
  if (!tables) return std::nullopt;

  LibraryImports imports;
  for (const uint64_t name : tables->needed_names) {
    const std::string_view needed = file.TextAt(tables->strings + name);
    if (needed.substr(0, library.size()) == library) imports.library = needed;
  }
  if (imports.library.empty()) return std::nullopt;

  std::map<uint16_t, size_t> places;
  for (auto& [number, version] : ReadVersions(file, *tables, imports.library)) {
    places[number] = imports.versions.size();
    imports.versions.push_back(std::move(version));
  }
  for (uint64_t index = 1; index < tables->imports; ++index) {
    const auto symbol = file.At<Elf64_Sym>(tables->symbols + index * sizeof(Elf64_Sym));
    const auto version = file.At<uint16_t>(tables->symbol_versions + index * sizeof(uint16_t));
    if (!symbol || !version) return std::nullopt;
    const auto place = places.find(*version);
    if (symbol->st_shndx != SHN_UNDEF || place == places.end()) continue;
    imports.symbols.push_back(
        {std::string(file.TextAt(tables->strings + symbol->st_name)), place->second});
  }
  if (imports.symbols.empty()) return std::nullopt;
  return imports;
}

}  // namespace wasmedge_embed
