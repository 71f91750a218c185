#pragma once

#include <dlfcn.h>

#include <atomic>
#include <type_traits>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {

/// A function that a library calls of another one, and that is replaced there by one of ours, which
/// may call it. The library's own slots are written, nobody else's. One object for each such
/// function, which lives as long as the process; from any thread.
template <typename Function>
class RedirectedFunction {
 public:
  explicit constexpr RedirectedFunction(const char* symbol) noexcept : symbol_(symbol) {}

  /// Leads the library's calls to `replacement`. False, and nothing is changed, where the library
  /// does not reach the function through slots: it is built into it.
  bool Install(void* library, std::remove_pointer_t<Function>* replacement) {
    const ElfSlots slots(library);
    // Looked for in what the library needs as well.
    void* const original = dlsym(library, symbol_);
    if (original == nullptr || slots.Find(symbol_).empty()) return false;
    original_ = reinterpret_cast<Function>(original);
    slots.Redirect(symbol_, reinterpret_cast<void*>(replacement));
    return true;
  }

  /// The function itself; null where nothing was redirected.
  Function original() const noexcept { return original_; }

 private:
  const char* const symbol_;
  // Written before the library can call the replacement.
  std::atomic<Function> original_{nullptr};
};

}  // namespace wasmedge_embed
