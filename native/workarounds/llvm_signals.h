#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Keeps LLVM, on which WasmEdge's compiler is based, away from the process's signals: it installs
/// handlers, including for SIGINT and SIGTERM, and never removes them. So libLLVM's calls of
/// `sigaction` and `signal` are redirected. If LLVM is built into libwasmedge, those of libwasmedge
/// are (`WasmEdgeSignals`).
class LlvmSignals {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLlvmSignals;

  LlvmSignals() = delete;

  static void Install(void* wasmedge_library);

  /// While one exists, its thread compiles: attempts to install a handler do nothing.
  class Scope : public ThreadScope<Scope> {};
};

}  // namespace wasmedge_embed
