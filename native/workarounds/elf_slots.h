#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmedge_embed {

/// The slots of one loaded shared object: the words of its data through which it reaches the
/// functions and variables that it imports, as its relocations list them (ELF gABI, "Relocation";
/// the psABIs of x86-64 and AArch64 for the types GLOB_DAT, JUMP_SLOT and 64/ABS64). Writing one
/// redirects that object alone; the rest of the process keeps the original.
///
/// Borrowed: valid while the object stays loaded. Two threads may not write slots of one object at
/// the same time.
class ElfSlots {
 public:
  /// `library`: what dlopen returned. Open it with RTLD_NOW: a function that is still to be bound
  /// lazily would be written over a redirection. Throws `Error(kNativeLoad)` when the object's
  /// dynamic section cannot be read.
  explicit ElfSlots(void* library);

  /// Every slot that holds the address of the imported symbol; empty when there is none.
  std::vector<void**> Find(const char* symbol) const;

  /// Writes one slot that `Find` returned. A slot in the part that is read-only after relocation
  /// (RELRO) is made writable for the moment and read-only again. Throws `Error(kNativeLoad)` when
  /// the system refuses the change of protection.
  void Write(void** slot, void* value) const;

  /// Writes `value` into every slot of `symbol`; returns their number.
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
  // The pages that the dynamic linker made read-only: [begin, end), both on page boundaries.
  uintptr_t relro_begin_ = 0;
  uintptr_t relro_end_ = 0;
};

}  // namespace wasmedge_embed
