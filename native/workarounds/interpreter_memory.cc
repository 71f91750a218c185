#include "workarounds/interpreter_memory.h"

#include <new>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

// Stands in for libwasmedge's `operator new`.
void* Allocate(size_t size) {
  if (const auto* const scope = InterpreterMemory::Scope::Current()) scope->Look(size);
  return ::operator new(size);
}

}  // namespace

void InterpreterMemory::Install(void* wasmedge_library) {
  ElfSlots(wasmedge_library).Redirect("_Znwm", reinterpret_cast<void*>(&Allocate));
}

}  // namespace wasmedge_embed
