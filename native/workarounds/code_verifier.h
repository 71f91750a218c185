#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Whether LLVM takes what WasmEdge made of a module.
///
/// WasmEdge (0.14 and 0.17) has LLVM verify its code, writes to the standard error what is wrong
/// with it, and goes on: what code generation makes of invalid code is anybody's guess (upstream's
/// commit 2a01ccedd). So libwasmedge's `LLVMVerifyModule` is redirected: the verdict is kept, and
/// nothing is written.
class CodeVerifier {
 public:
  static constexpr Workaround kWorkaround = Workaround::kCodeVerifier;

  CodeVerifier() = delete;

  /// For a process that compiles. Does nothing where the library has LLVM inside it.
  static void Install(void* wasmedge_library);

  /// While one lives, what its thread compiles is watched.
  class Scope : public ThreadScope<Scope> {
   public:
    /// Whether any code was refused.
    bool refused() const noexcept { return refused_; }
    void set_refused() noexcept { refused_ = true; }

   private:
    bool refused_ = false;
  };
};

}  // namespace wasmedge_embed
