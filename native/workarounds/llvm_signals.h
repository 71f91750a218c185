#pragma once

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// Keeps LLVM, which WasmEdge's compiler is made of, from the process's signals: it installs
/// handlers, for SIGINT and SIGTERM too, and never removes them. So the calls of `sigaction` and
/// `signal` are redirected that libLLVM makes. Where LLVM is built into libwasmedge, that one's are
/// (`WasmEdgeSignals`).
class LlvmSignals {
 public:
  static constexpr Workaround kWorkaround = Workaround::kLlvmSignals;

  LlvmSignals() = delete;

  static void Install(void* wasmedge_library);

  /// While one lives, its thread compiles: what would install a handler does nothing.
  class Scope : public ThreadScope<Scope> {};
};

}  // namespace wasmedge_embed
