#pragma once

#include <link.h>

#include <cstdint>
#include <optional>

#include "binary/unwind_table.h"

namespace wasmedge_embed {

/// Parts of a shared object, or of the program, where the dynamic linker has placed them.
struct LoadedObject {
  /// The offset added to the addresses in its file.
  uintptr_t base = 0;
  uintptr_t code_begin = 0;
  uintptr_t code_end = 0;
  /// Its unwind tables; without data if it has none.
  UnwindTable::Bytes tables;

  bool HasCodeAt(uintptr_t address) const noexcept {
    return address >= code_begin && address < code_end;
  }
};

/// The unwinding tables of an object that `dl_iterate_phdr` reports; without data if it has none.
UnwindTable::Bytes UnwindTablesOf(const dl_phdr_info& info) noexcept;

/// The object that contains this address. Takes the dynamic linker's lock: not for signal handlers.
std::optional<LoadedObject> FindLoadedObject(uintptr_t address) noexcept;

}  // namespace wasmedge_embed
