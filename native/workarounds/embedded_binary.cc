#include "workarounds/embedded_binary.h"

#include <dlfcn.h>

#include <cstring>

#include "base/error.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {

void EmbeddedBinary::Install(void* wasmedge_library) {
  if (ElfSlots(wasmedge_library).Redirect("dlsym", reinterpret_cast<void*>(&Find)) != 0) return;
  throw Error(ErrorCode::kNativeLoad,
              "This build of WasmEdge opens modules in an unknown way. Use Debian's "
              "package or the official release.");
}

void* EmbeddedBinary::Find(void* library, const char* symbol) noexcept {
  if (const Scope* const scope = Scope::Current()) {
    if (std::strcmp(symbol, "wasm.size") == 0) return const_cast<uint64_t*>(&scope->size_);
    if (std::strcmp(symbol, "wasm.code") == 0) return const_cast<uint8_t*>(scope->data_);
  }
  return dlsym(library, symbol);
}

}  // namespace wasmedge_embed
