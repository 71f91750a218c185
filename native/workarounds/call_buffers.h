#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

// From LLVM's C API (llvm-c/Types.h), whose headers are not needed to build.
struct LlvmBlock;
struct LlvmBuilder;
struct LlvmType;
struct LlvmValue;

/// Where compiled functions put the arguments and results of calls through the engine.
///
/// For a `call_indirect` of an imported function, WasmEdge (0.14 and 0.17) allocates stack space at
/// the place of the call, which is freed only when the function returns: a loop uses up the stack
/// after some hundred thousand calls. So libwasmedge's `LLVMBuildArrayAlloca` is redirected, and
/// gives all these places in a function the same space, allocated once at its start.
class CallBuffers {
 public:
  static constexpr Workaround kWorkaround = Workaround::kCallBuffers;

  CallBuffers() = delete;

  /// For a process that compiles. Does nothing if LLVM is built into the library.
  static void Install(void* wasmedge_library);

  /// Applies to what its thread compiles while this exists. Functions are compiled one by one.
  class Scope : public ThreadScope<Scope> {
   private:
    friend class CallBuffers;

    /// Space allocated at the start of a function.
    struct Buffer {
      LlvmValue* place = nullptr;
      uint64_t bytes = 0;
    };

    /// The next buffer of the function being compiled, for a call in this block of it; null if the
    /// call already has those for its arguments and its results.
    Buffer* Next(LlvmValue* function, LlvmBlock* block) noexcept;

    LlvmValue* function_ = nullptr;
    /// For arguments and for results.
    std::array<Buffer, 2> buffers_;
    /// The block of the last request, and the number of requests in it.
    LlvmBlock* block_ = nullptr;
    size_t used_ = 0;
  };

 private:
  static LlvmValue* Build(LlvmBuilder* builder, LlvmType* type, LlvmValue* size, const char* name);
};

}  // namespace wasmedge_embed
