#include "workarounds/thread_state.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <atomic>

namespace wasmedge_embed {
namespace {

std::atomic<void*> installed{nullptr};

struct Search {
  ElfW(Addr) base;
  size_t size = 0;
};

int FindSize(dl_phdr_info* info, size_t, void* argument) {
  auto* search = static_cast<Search*>(argument);
  if (info->dlpi_addr != search->base) return 0;
  for (int index = 0; index < info->dlpi_phnum; ++index) {
    if (info->dlpi_phdr[index].p_type == PT_TLS) search->size = info->dlpi_phdr[index].p_memsz;
  }
  return 1;
}

/// The size of this library's thread-local variables, in bytes.
size_t SizeOfVariables(void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) return 0;
  Search search{map->l_addr};
  dl_iterate_phdr(&FindSize, &search);
  return search.size;
}

}  // namespace

void ThreadState::Install(void* wasmedge_library) { installed.store(wasmedge_library); }

ThreadState::Scope::Scope() {
  void* const library = installed.load();
  void* variables = nullptr;
  // Null if this thread has none yet, in which case it has run no guest.
  if (library == nullptr || dlinfo(library, RTLD_DI_TLS_DATA, &variables) != 0 ||
      variables == nullptr) {
    return;
  }
  static const size_t size = SizeOfVariables(library);
  variables_ = static_cast<uint8_t*>(variables);
  kept_.assign(variables_, variables_ + size);
}

ThreadState::Scope::~Scope() {
  if (variables_ != nullptr) std::copy(kept_.begin(), kept_.end(), variables_);
}

}  // namespace wasmedge_embed
