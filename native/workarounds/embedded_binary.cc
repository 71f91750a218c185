#include "workarounds/embedded_binary.h"

#include <dlfcn.h>

#include <cstring>

#include "base/error.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

thread_local EmbeddedBinary::Replacement* current = nullptr;

}  // namespace

void EmbeddedBinary::Install(void* wasmedge_library) {
  if (ElfSlots(wasmedge_library).Redirect("dlsym", reinterpret_cast<void*>(&Find)) != 0) return;
  throw Error(ErrorCode::kNativeLoad,
              "This build of WasmEdge opens modules in a way that is not known here. Use Debian's "
              "package or the official release.");
}

void* EmbeddedBinary::Find(void* library, const char* symbol) noexcept {
  if (current != nullptr && std::strcmp(symbol, "wasm.size") == 0) return &current->size_;
  if (current != nullptr && std::strcmp(symbol, "wasm.code") == 0) {
    return const_cast<uint8_t*>(current->data_);
  }
  return dlsym(library, symbol);
}

EmbeddedBinary::Replacement::Replacement(WasmBytes binary) noexcept
    : data_(binary.data), size_(binary.size) {
  current = this;
}

EmbeddedBinary::Replacement::~Replacement() { current = nullptr; }

}  // namespace wasmedge_embed
