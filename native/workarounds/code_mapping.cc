#include "workarounds/code_mapping.h"

#include <sys/mman.h>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {

void CodeMapping::Install(void* wasmedge_library) {
  ElfSlots(wasmedge_library).Redirect("mprotect", reinterpret_cast<void*>(&Protect));
}

// Stands in for libwasmedge's `mprotect`.
int CodeMapping::Protect(void* address, size_t size, int protection) noexcept {
  Scope* const scope = Scope::Current();
  if (scope != nullptr && (protection & PROT_EXEC) != 0 && scope->text_ == 0) {
    scope->text_ = reinterpret_cast<uintptr_t>(address);
  }
  return mprotect(address, size, protection);
}

}  // namespace wasmedge_embed
