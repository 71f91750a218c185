#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// What a module for any processor may use.
///
/// WasmEdge's setting "generic binary" takes a generic processor's name, and beside it the features
/// of the processor that it runs on (0.14 and 0.17): the module still dies of SIGILL on a poorer
/// one. So libwasmedge's `LLVMGetHostCPUFeatures` is redirected, and answers with a baseline while
/// there is a scope.
///
/// The baseline on x86-64 is x86-64-v2 (System V psABI, "Microarchitecture levels": SSE4.2 and
/// POPCNT, processors since 2009). With less, rounding would become calls of libm's functions,
/// which a module is not linked to. On AArch64 it is ARMv8-A.
class GenericTarget {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGenericTarget;

  GenericTarget() = delete;

  /// Does nothing where the library has LLVM inside it.
  static void Install(void* wasmedge_library);

  /// While one lives, its thread compiles for any processor.
  class Scope : public ThreadScope<Scope> {
   public:
    /// Throws `Error(kNativeLoad)` where the library has LLVM inside it, out of reach.
    Scope();
  };
};

}  // namespace wasmedge_embed
