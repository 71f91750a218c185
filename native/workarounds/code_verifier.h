#pragma once

namespace wasmedge_embed {

/// Whether LLVM takes what WasmEdge made of a module.
///
/// WasmEdge (0.14 and 0.17) has LLVM verify its code, writes to the standard error what is wrong
/// with it, and goes on: what code generation makes of invalid code is anybody's guess (upstream's
/// commit 2a01ccedd). So libwasmedge's `LLVMVerifyModule` is redirected (its own slots, nobody
/// else's): the verdict is kept, and nothing is written.
class CodeVerifier {
 public:
  CodeVerifier() = delete;

  /// Once, right after libwasmedge is opened to compile. Does nothing where the library has LLVM
  /// inside it.
  static void Install(void* wasmedge_library);

  /// While one lives, what its thread compiles is watched.
  class Scope {
   public:
    Scope() noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    /// Whether any code was refused.
    bool refused() const noexcept;
  };
};

}  // namespace wasmedge_embed
