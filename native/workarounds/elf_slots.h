#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// The slots of one loaded shared object: the words of its data through which it accesses the
/// functions and variables that it imports, as listed in its relocations (ELF gABI, "Relocation";
/// the psABIs of x86-64 and AArch64 for the types GLOB_DAT, JUMP_SLOT and 64/ABS64). Writing one
/// redirects that object only; the rest of the process keeps the original.
///
/// Borrowed: valid while the object stays loaded. Two threads must not write slots of the same
/// object at the same time.
class ElfSlots {
 public:
  /// `library`: what dlopen returned. It must be opened with RTLD_NOW: lazy binding would overwrite
  /// a redirection. Throws `Error(kNativeLoad)` if the object's dynamic section cannot be read.
  explicit ElfSlots(void* library);

  /// All slots that hold the address of the imported symbol; empty if there is none.
  std::vector<void**> Find(const char* symbol) const;

  /// Writes a slot that `Find` returned. If it is in the part that is read-only after relocation
  /// (RELRO), that is made writable temporarily. Throws `Error(kNativeLoad)` if the system refuses
  /// to change the protection.
  void Write(void** slot, void* value) const;

  /// Writes `value` into all slots of `symbol`; returns their number.
  size_t Redirect(const char* symbol, void* value) const;

 private:
  struct Table {
    const void* entries = nullptr;
    size_t bytes = 0;
  };

  void FindIn(const Table& table, const char* symbol, std::vector<void**>* slots) const;

  uintptr_t base_ = 0;
  const void* symbols_ = nullptr;
  const char* strings_ = nullptr;
  size_t strings_size_ = 0;
  Table relocations_;
  Table plt_relocations_;
  // The pages that the dynamic linker made read-only: [begin, end), both page-aligned.
  uintptr_t relro_begin_ = 0;
  uintptr_t relro_end_ = 0;
};

}  // namespace wasmedge_embed
