#pragma once

#include <dlfcn.h>

#include <atomic>
#include <type_traits>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {

/// A function that a library imports, replaced for that library only by one of ours, which may call
/// the original. Only the library's own slots are written. One object for each such function, for
/// the life of the process; from any thread.
template <typename Function>
class RedirectedFunction {
 public:
  explicit constexpr RedirectedFunction(const char* symbol) noexcept : symbol_(symbol) {}

  /// Redirects the library's calls to `replacement`. False, and nothing is changed, if the library
  /// does not call the function through slots because it is built in.
  bool Install(void* library, std::remove_pointer_t<Function>* replacement) {
    const ElfSlots slots(library);
    // Also searches the libraries that this one needs.
    void* const original = dlsym(library, symbol_);
    if (original == nullptr || slots.Find(symbol_).empty()) return false;
    original_ = reinterpret_cast<Function>(original);
    slots.Redirect(symbol_, reinterpret_cast<void*>(replacement));
    return true;
  }

  /// The original function; null if nothing was redirected.
  Function original() const noexcept { return original_; }

 private:
  const char* const symbol_;
  // Written before the library can call the replacement.
  std::atomic<Function> original_{nullptr};
};

}  // namespace wasmedge_embed
