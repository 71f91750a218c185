#include "workarounds/llvm_signals.h"

#include <dlfcn.h>
#include <link.h>

#include <csignal>
#include <cstring>

#include "workarounds/elf_slots.h"
#include "workarounds/wasmedge_signals.h"

namespace wasmedge_embed {
namespace {

/// Handlers of faults are never installed: those signals belong to the fault guard.
bool IsDropped(int signal) {
  return LlvmSignals::Scope::Current() != nullptr || WasmEdgeSignals::IsFault(signal);
}

// Stands in for libLLVM's `sigaction`.
int DropHandler(int signal, const struct sigaction* action, struct sigaction* old) {
  if (!IsDropped(signal)) return sigaction(signal, action, old);
  if (old != nullptr) *old = {};
  return 0;
}

// Stands in for libLLVM's `signal`.
sighandler_t DropSimpleHandler(int signal, sighandler_t handler) {
  return IsDropped(signal) ? SIG_DFL : ::signal(signal, handler);
}

}  // namespace

void LlvmSignals::Install(void* wasmedge_library) {
  link_map* first = nullptr;
  if (dlinfo(wasmedge_library, RTLD_DI_LINKMAP, &first) != 0) return;
  while (first->l_prev != nullptr) first = first->l_prev;
  for (const link_map* each = first; each != nullptr; each = each->l_next) {
    if (std::strstr(each->l_name, "libLLVM") == nullptr) continue;
    // A reference that is never released: the redirection lasts as long as the process.
    void* library = dlopen(each->l_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    if (library == nullptr) continue;
    const ElfSlots slots(library);
    slots.Redirect("sigaction", reinterpret_cast<void*>(&DropHandler));
    slots.Redirect("signal", reinterpret_cast<void*>(&DropSimpleHandler));
  }
}

}  // namespace wasmedge_embed
