#pragma once

#include <cstdint>
#include <optional>

#include "binary/unwind_table.h"

namespace wasmedge_embed {

/// Parts of a shared object, or of the program, as the dynamic linker has placed them.
struct LoadedObject {
  /// What is added to the addresses in its file.
  uintptr_t base = 0;
  uintptr_t code_begin = 0;
  uintptr_t code_end = 0;
  /// Its tables of unwinding; without data where it has none.
  UnwindTable::Bytes tables;

  bool HasCodeAt(uintptr_t address) const noexcept {
    return address >= code_begin && address < code_end;
  }
};

/// The one that has something at this address. Takes the dynamic linker's lock: not for signal
/// handlers.
std::optional<LoadedObject> FindLoadedObject(uintptr_t address) noexcept;

}  // namespace wasmedge_embed
