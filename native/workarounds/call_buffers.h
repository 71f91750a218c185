#pragma once

namespace wasmedge_embed {

/// Where compiled functions put the arguments and results of what they call through the engine.
///
/// For a `call_indirect` that meets an imported function WasmEdge (0.14 and 0.17) takes room on the
/// stack at the place of the call, which is given back only when the function returns: in a loop,
/// the stack is used up after some hundred thousand calls. So libwasmedge's `LLVMBuildArrayAlloca`
/// is redirected (its own slots, nobody else's), and gives all such places of a function the same
/// room, taken once, at its begin.
class CallBuffers {
 public:
  CallBuffers() = delete;

  /// Once, right after libwasmedge is opened to compile. Does nothing where the library has LLVM
  /// inside it.
  static void Install(void* wasmedge_library);

  /// While one lives, what its thread compiles is compiled so.
  class Scope {
   public:
    Scope() noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };
};

}  // namespace wasmedge_embed
