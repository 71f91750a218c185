#include "workarounds/elf_slots.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kGlobDat = R_X86_64_GLOB_DAT;
constexpr uint32_t kJumpSlot = R_X86_64_JUMP_SLOT;
constexpr uint32_t kAbsolute = R_X86_64_64;
#elif defined(__aarch64__)
constexpr uint32_t kGlobDat = R_AARCH64_GLOB_DAT;
constexpr uint32_t kJumpSlot = R_AARCH64_JUMP_SLOT;
constexpr uint32_t kAbsolute = R_AARCH64_ABS64;
#else
#error "The relocation types of this processor are not known here: x86-64 and AArch64 are."
#endif

uintptr_t PageSize() { return static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)); }

struct RelroQuery {
  const void* dynamic;
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

// The object is identified by its dynamic section, the only thing that both dlinfo and
// dl_iterate_phdr report and that no two objects share.
int FindRelro(dl_phdr_info* info, size_t, void* data) {
  auto* query = static_cast<RelroQuery*>(data);
  const ElfW(Phdr)* relro = nullptr;
  bool found = false;
  for (ElfW(Half) i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_DYNAMIC &&
        reinterpret_cast<const void*>(info->dlpi_addr + header.p_vaddr) == query->dynamic) {
      found = true;
    }
    if (header.p_type == PT_GNU_RELRO) relro = &header;
  }
  if (!found) return 0;
  if (relro != nullptr) {
    // Both ends are rounded down, as the dynamic linker does: what shares a page with ordinary data
    // stays writable.
    const uintptr_t mask = ~(PageSize() - 1);
    query->begin = (info->dlpi_addr + relro->p_vaddr) & mask;
    query->end = (info->dlpi_addr + relro->p_vaddr + relro->p_memsz) & mask;
  }
  return 1;
}

void Protect(uintptr_t page, int protection) {
  if (mprotect(reinterpret_cast<void*>(page), PageSize(), protection) != 0) {
    throw Error(ErrorCode::kNativeLoad,
                "cannot change the protection of a loaded library's relocated data: " +
                    std::generic_category().message(errno));
  }
}

}  // namespace

ElfSlots::ElfSlots(void* library) {
  link_map* map = nullptr;
  if (library == nullptr || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map->l_ld == nullptr) {
    throw Error(ErrorCode::kNativeLoad, "cannot read the dynamic section of a loaded library");
  }
  base_ = map->l_addr;
  // The dynamic linker relocates the addresses in a writable dynamic section and leaves those in a
  // read-only one as they are in the file.
  const auto address = [this](ElfW(Addr) value) {
    return reinterpret_cast<const void*>(value < base_ ? base_ + value : value);
  };
  bool entries_are_rela = true;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        symbols_ = address(entry->d_un.d_ptr);
        break;
      case DT_STRTAB:
        strings_ = static_cast<const char*>(address(entry->d_un.d_ptr));
        break;
      case DT_STRSZ:
        strings_size_ = entry->d_un.d_val;
        break;
      case DT_RELA:
        relocations_.entries = address(entry->d_un.d_ptr);
        break;
      case DT_RELASZ:
        relocations_.bytes = entry->d_un.d_val;
        break;
      case DT_JMPREL:
        plt_relocations_.entries = address(entry->d_un.d_ptr);
        break;
      case DT_PLTRELSZ:
        plt_relocations_.bytes = entry->d_un.d_val;
        break;
      case DT_PLTREL:
        entries_are_rela = entry->d_un.d_val == DT_RELA;
        break;
      default:
        break;
    }
  }
  if (symbols_ == nullptr || strings_ == nullptr || !entries_are_rela) {
    throw Error(ErrorCode::kNativeLoad,
                std::string("the dynamic section of ") + map->l_name + " is not of the usual form");
  }
  RelroQuery query{map->l_ld};
  dl_iterate_phdr(FindRelro, &query);
  relro_begin_ = query.begin;
  relro_end_ = query.end;
}

void ElfSlots::FindIn(const Table& table, const char* symbol, std::vector<void**>* slots) const {
  const auto* relocations = static_cast<const ElfW(Rela)*>(table.entries);
  const auto* symbols = static_cast<const ElfW(Sym)*>(symbols_);
  const size_t count = relocations == nullptr ? 0 : table.bytes / sizeof(ElfW(Rela));
  for (size_t i = 0; i < count; ++i) {
    const auto type = static_cast<uint32_t>(ELF64_R_TYPE(relocations[i].r_info));
    if (type != kGlobDat && type != kJumpSlot && type != kAbsolute) continue;
    // An absolute word with an addend points into the symbol, not at it.
    if (type == kAbsolute && relocations[i].r_addend != 0) continue;
    const size_t name = symbols[ELF64_R_SYM(relocations[i].r_info)].st_name;
    if (name >= strings_size_ || std::strcmp(strings_ + name, symbol) != 0) continue;
    slots->push_back(reinterpret_cast<void**>(base_ + relocations[i].r_offset));
  }
}

std::vector<void**> ElfSlots::Find(const char* symbol) const {
  std::vector<void**> slots;
  FindIn(relocations_, symbol, &slots);
  FindIn(plt_relocations_, symbol, &slots);
  return slots;
}

void ElfSlots::Write(void** slot, void* value) const {
  const uintptr_t page = reinterpret_cast<uintptr_t>(slot) & ~(PageSize() - 1);
  const bool read_only = page >= relro_begin_ && page < relro_end_;
  if (read_only) Protect(page, PROT_READ | PROT_WRITE);
  // Other threads may be calling through the slot.
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
  if (read_only) Protect(page, PROT_READ);
}

size_t ElfSlots::Redirect(const char* symbol, void* value) const {
  const std::vector<void**> slots = Find(symbol);
  for (void** slot : slots) Write(slot, value);
  return slots.size();
}

}  // namespace wasmedge_embed
