#include "engine/loaded_object.h"

#include <elf.h>
#include <link.h>

namespace wasmedge_embed {
namespace {

struct Search {
  uintptr_t address = 0;
  LoadedObject found;
};

/// The segment that contains the address; null if none does.
const ElfW(Phdr) * SegmentAt(const dl_phdr_info& info, uintptr_t address) noexcept {
  for (int index = 0; index < info.dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info.dlpi_phdr[index];
    const uintptr_t begin = info.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz) {
      return &segment;
    }
  }
  return nullptr;
}

int Look(dl_phdr_info* info, size_t, void* argument) {
  auto* const search = static_cast<Search*>(argument);
  if (SegmentAt(*info, search->address) == nullptr) return 0;
  LoadedObject& found = search->found;
  found.base = info->dlpi_addr;
  for (int index = 0; index < info->dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[index];
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
      found.code_begin = begin;
      found.code_end = begin + segment.p_memsz;
    }
  }
  found.tables = UnwindTablesOf(*info);
  return 1;
}

}  // namespace

UnwindTable::Bytes UnwindTablesOf(const dl_phdr_info& info) noexcept {
  for (int index = 0; index < info.dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info.dlpi_phdr[index];
    if (segment.p_type != PT_GNU_EH_FRAME) continue;
    const uintptr_t begin = info.dlpi_addr + segment.p_vaddr;
    const ElfW(Phdr)* const holder = SegmentAt(info, begin);
    if (holder == nullptr) continue;
    const uintptr_t tables = info.dlpi_addr + holder->p_vaddr;
    if (begin - tables >= holder->p_filesz) continue;
    return {reinterpret_cast<const uint8_t*>(tables), holder->p_filesz, tables, begin - tables};
  }
  return {};
}

std::optional<LoadedObject> FindLoadedObject(uintptr_t address) noexcept {
  Search search;
  search.address = address;
  if (dl_iterate_phdr(&Look, &search) == 0) return std::nullopt;
  return search.found;
}

}  // namespace wasmedge_embed
