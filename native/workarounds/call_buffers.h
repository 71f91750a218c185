#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

// Of LLVM's C API (llvm-c/Types.h), whose headers are not needed to build.
struct LlvmBlock;
struct LlvmBuilder;
struct LlvmType;
struct LlvmValue;

/// Where compiled functions put the arguments and results of what they call through the engine.
///
/// For a `call_indirect` that meets an imported function WasmEdge (0.14 and 0.17) takes room on the
/// stack at the place of the call, which is given back only when the function returns: in a loop,
/// the stack is used up after some hundred thousand calls. So libwasmedge's `LLVMBuildArrayAlloca`
/// is redirected, and gives all such places of a function the same room, taken once, at its begin.
class CallBuffers {
 public:
  static constexpr Workaround kWorkaround = Workaround::kCallBuffers;

  CallBuffers() = delete;

  /// For a process that compiles. Does nothing where the library has LLVM inside it.
  static void Install(void* wasmedge_library);

  /// While one lives, what its thread compiles is compiled so. Functions are compiled one by one.
  class Scope : public ThreadScope<Scope> {
   private:
    friend class CallBuffers;

    /// Room at the begin of a function.
    struct Buffer {
      LlvmValue* place = nullptr;
      uint64_t bytes = 0;
    };

    /// The next room of the function that is being compiled, for a call in this block of it; null
    /// where the call has the arguments' and the results' already.
    Buffer* Next(LlvmValue* function, LlvmBlock* block) noexcept;

    LlvmValue* function_ = nullptr;
    /// The arguments' and the results'.
    std::array<Buffer, 2> buffers_;
    /// Where the last was asked for, and how many were there.
    LlvmBlock* block_ = nullptr;
    size_t used_ = 0;
  };

 private:
  static LlvmValue* Build(LlvmBuilder* builder, LlvmType* type, LlvmValue* size, const char* name);
};

}  // namespace wasmedge_embed
