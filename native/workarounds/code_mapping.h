#pragma once

#include <cstdint>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Finds out where WasmEdge puts the compiled code of a universal module. No function reports that,
/// but WasmEdge makes these pages executable with `mprotect`.
class CodeMapping {
 public:
  static constexpr Workaround kWorkaround = Workaround::kCodeMapping;

  CodeMapping() = delete;

  static void Install(void* wasmedge_library);

  /// While one exists, it records what becomes executable on its thread.
  class Scope : public ThreadScope<Scope> {
   public:
    /// The first page; 0 if there was none.
    uintptr_t text() const noexcept { return text_; }

   private:
    friend class CodeMapping;

    uintptr_t text_ = 0;
  };

 private:
  static int Protect(void* address, size_t size, int protection) noexcept;
};

}  // namespace wasmedge_embed
