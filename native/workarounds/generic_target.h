#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The processor features that a module for any processor may use.
///
/// With WasmEdge's setting "generic binary", the name of a generic processor is used, but still
/// with the features of the current processor (0.14 and 0.17): the module dies of SIGILL on a
/// lesser one. So libwasmedge's `LLVMGetHostCPUFeatures` is redirected, and returns a baseline
/// while there is a scope.
///
/// The baseline on x86-64 is x86-64-v2 (System V psABI, "Microarchitecture levels": SSE4.2 and
/// POPCNT, processors since 2009). With less, rounding would call functions of libm, which a module
/// is not linked to. On AArch64 it is ARMv8-A.
class GenericTarget {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGenericTarget;

  GenericTarget() = delete;

  /// Does nothing if LLVM is built into the library.
  static void Install(void* wasmedge_library);

  /// While one exists, its thread compiles for any processor.
  class Scope : public ThreadScope<Scope> {
   public:
    /// Throws `Error(kNativeLoad)` if LLVM is built into the library, out of reach.
    Scope();
  };
};

}  // namespace wasmedge_embed
