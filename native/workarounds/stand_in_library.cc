#include "workarounds/stand_in_library.h"

#include <elf.h>

#include <string_view>
#include <utility>

#include "base/elf_file.h"

namespace wasmedge_embed {
namespace {

// The largest page size of both processors: segments are aligned to it.
constexpr uint64_t kAlignment = 65536;
constexpr size_t kDynamicEntries = 10;
constexpr size_t kTableAlignment = 8;

/// A function that returns 0, as the processor reads it.
#if defined(__x86_64__)
constexpr uint8_t kReturnZero[] = {/*xor eax, eax*/ 0x31, 0xc0, /*ret*/ 0xc3};
#elif defined(__aarch64__)
constexpr uint8_t kReturnZero[] = {/*mov x0, #0*/ 0x00, 0x00, 0x80, 0xd2,
                                   /*ret*/ 0xc0,        0x03, 0x5f, 0xd6};
#else
#error "The instructions of this processor are not known here: those of x86-64 and AArch64 are."
#endif
/// Any section but SHN_UNDEF and SHN_ABS: the dynamic linker adds where the library is mapped.
constexpr Elf64_Section kOwnSection = 1;

/// The hash function of the System V ABI, for symbols and versions.
uint32_t Hash(std::string_view name) {
  uint32_t hash = 0;
  for (const char character : name) {
    hash = (hash << 4) + static_cast<uint8_t>(character);
    const uint32_t top = hash & 0xf0000000;
    hash ^= top >> 24;
    hash &= ~top;
  }
  return hash;
}

/// A string table: NUL-terminated texts, the first one empty.
class Strings {
 public:
  uint32_t Add(std::string_view text) {
    const auto offset = static_cast<uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    bytes_.push_back('\0');
    return offset;
  }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  std::vector<char> bytes_{'\0'};
};

/// The file under construction.
class Image {
 public:
  template <typename T>
  uint64_t Append(const T* values, size_t count) {
    bytes_.resize((bytes_.size() + kTableAlignment - 1) / kTableAlignment * kTableAlignment);
    const uint64_t offset = bytes_.size();
    const auto* begin = reinterpret_cast<const uint8_t*>(values);
    bytes_.insert(bytes_.end(), begin, begin + count * sizeof(T));
    return offset;
  }
  template <typename T>
  uint64_t Append(const std::vector<T>& values) {
    return Append(values.data(), values.size());
  }
  template <typename T>
  void Write(uint64_t offset, const T& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
  }
  uint64_t size() const { return bytes_.size(); }
  std::vector<uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

/// Version 1 is the library itself, followed by the others; with their names.
struct VersionDefinition {
  Elf64_Verdef definition;
  Elf64_Verdaux name;
};

std::vector<VersionDefinition> DefineVersions(const LibraryImports& imports, Strings& strings) {
  std::vector<std::string_view> names{imports.library};
  names.insert(names.end(), imports.versions.begin(), imports.versions.end());
  std::vector<VersionDefinition> versions;
  for (size_t index = 0; index < names.size(); ++index) {
    VersionDefinition version{};
    version.definition.vd_version = VER_DEF_CURRENT;
    version.definition.vd_flags = index == 0 ? VER_FLG_BASE : 0;
    version.definition.vd_ndx = static_cast<Elf64_Half>(index + 1);
    version.definition.vd_cnt = 1;
    version.definition.vd_hash = Hash(names[index]);
    version.definition.vd_aux = sizeof(Elf64_Verdef);
    version.definition.vd_next = index + 1 < names.size() ? sizeof(VersionDefinition) : 0;
    version.name.vda_name = strings.Add(names[index]);
    versions.push_back(version);
  }
  return versions;
}

/// The System V hash table: the numbers of buckets and of symbols, then the starts of the chains
/// and each symbol's successor.
std::vector<uint32_t> HashTable(const LibraryImports& imports) {
  const auto symbols = static_cast<uint32_t>(imports.symbols.size() + 1);
  const uint32_t buckets = symbols;
  std::vector<uint32_t> table(2 + buckets + symbols);
  table[0] = buckets;
  table[1] = symbols;
  for (uint32_t symbol = 1; symbol < symbols; ++symbol) {
    uint32_t& bucket = table[2 + Hash(imports.symbols[symbol - 1].name) % buckets];
    table[2 + buckets + symbol] = bucket;
    bucket = symbol;
  }
  return table;
}

Elf64_Ehdr Header(size_t segments) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = kElfMachine;
  header.e_version = EV_CURRENT;
  header.e_phoff = sizeof(Elf64_Ehdr);
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<Elf64_Half>(segments);
  return header;
}

/// The dynamic linker writes to the dynamic section.
constexpr uint32_t kData = PF_R | PF_W;
constexpr uint32_t kCode = PF_R | PF_X;

/// `base`: where the file would start if it were mapped as a whole.
Elf64_Phdr Segment(uint32_t type, uint32_t flags, uint64_t base, uint64_t offset, uint64_t size,
                   uint64_t alignment) {
  Elf64_Phdr segment{};
  segment.p_type = type;
  segment.p_flags = flags;
  segment.p_offset = offset;
  segment.p_vaddr = segment.p_paddr = base + offset;
  segment.p_filesz = segment.p_memsz = size;
  segment.p_align = alignment;
  return segment;
}

/// Without an address, with a function.
std::vector<uint8_t> Make(const LibraryImports& imports, const void* address) {
  const bool has_code = address == nullptr;
  const size_t segment_count = has_code ? 4 : 3;
  Image image;
  const Elf64_Ehdr header = Header(segment_count);
  image.Append(&header, 1);
  const uint64_t segments_at = image.Append(std::vector<Elf64_Phdr>(segment_count));
  // The start of the file with the function is mapped at 0, as code. After that, the whole file is
  // mapped as data, at this address.
  const uint64_t function_at = has_code ? image.Append(kReturnZero, sizeof(kReturnZero)) : 0;
  const uint64_t code_size = image.size();
  const uint64_t base = has_code ? kAlignment : 0;

  Strings strings;
  const auto versions = DefineVersions(imports, strings);
  std::vector<Elf64_Sym> symbols(1);
  std::vector<uint16_t> symbol_versions(1);
  for (const LibraryImports::Symbol& symbol : imports.symbols) {
    Elf64_Sym entry{};
    entry.st_name = strings.Add(symbol.name);
    entry.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
    entry.st_shndx = has_code ? kOwnSection : SHN_ABS;
    entry.st_value = has_code ? function_at : reinterpret_cast<uintptr_t>(address);
    symbols.push_back(entry);
    symbol_versions.push_back(static_cast<uint16_t>(symbol.version + 2));
  }

  const uint64_t dynamic_at = image.Append(std::vector<Elf64_Dyn>(kDynamicEntries));
  const std::pair<Elf64_Sxword, uint64_t> entries[kDynamicEntries] = {
      {DT_SONAME, versions.front().name.vda_name},
      {DT_HASH, base + image.Append(HashTable(imports))},
      {DT_SYMTAB, base + image.Append(symbols)},
      {DT_SYMENT, sizeof(Elf64_Sym)},
      {DT_VERSYM, base + image.Append(symbol_versions)},
      {DT_VERDEF, base + image.Append(versions)},
      {DT_VERDEFNUM, versions.size()},
      {DT_STRTAB, base + image.Append(strings.bytes())},
      {DT_STRSZ, strings.bytes().size()},
      {DT_NULL, 0},
  };
  for (size_t index = 0; index < kDynamicEntries; ++index) {
    Elf64_Dyn entry{};
    entry.d_tag = entries[index].first;
    entry.d_un.d_val = entries[index].second;
    image.Write(dynamic_at + index * sizeof(Elf64_Dyn), entry);
  }
  std::vector<Elf64_Phdr> segments;
  if (has_code) segments.push_back(Segment(PT_LOAD, kCode, 0, 0, code_size, kAlignment));
  segments.push_back(Segment(PT_LOAD, kData, base, 0, image.size(), kAlignment));
  segments.push_back(Segment(PT_DYNAMIC, kData, base, dynamic_at,
                             kDynamicEntries * sizeof(Elf64_Dyn), kTableAlignment));
  // Without it, an executable stack would be requested.
  segments.push_back(Segment(PT_GNU_STACK, kData, 0, 0, 0, 16));
  for (size_t index = 0; index < segments.size(); ++index) {
    image.Write(segments_at + index * sizeof(Elf64_Phdr), segments[index]);
  }
  return image.Take();
}

}  // namespace

std::vector<uint8_t> MakeStandInLibrary(const LibraryImports& imports, const void* address) {
  return Make(imports, address);
}

std::vector<uint8_t> MakeStandInLibrary(const LibraryImports& imports) {
  return Make(imports, nullptr);
}

}  // namespace wasmedge_embed
