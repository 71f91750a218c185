#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Whether LLVM accepts the code that WasmEdge generated for a module.
///
/// WasmEdge (0.14 and 0.17) has LLVM verify its code, writes any errors to standard error, and
/// continues: the result of generating machine code from invalid code is unpredictable (upstream's
/// commit 2a01ccedd). So libwasmedge's `LLVMVerifyModule` is redirected: the verdict is kept, and
/// nothing is written.
class CodeVerifier {
 public:
  static constexpr Workaround kWorkaround = Workaround::kCodeVerifier;

  CodeVerifier() = delete;

  /// For a process that compiles. Does nothing if LLVM is built into the library.
  static void Install(void* wasmedge_library);

  /// Watches what its thread compiles while this exists.
  class Scope : public ThreadScope<Scope> {
   public:
    /// Whether any code was rejected.
    bool refused() const noexcept { return refused_; }
    void set_refused() noexcept { refused_ = true; }

   private:
    bool refused_ = false;
  };
};

}  // namespace wasmedge_embed
