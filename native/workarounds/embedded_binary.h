#pragma once

#include <cstdint>

#include "base/thread_scope.h"
#include "binary/wasm_binary.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The WebAssembly binary that a shared object carries beside the code that it was compiled to.
///
/// WasmEdge reads a module's types, limits and data from it, through the symbols `wasm.code` and
/// `wasm.size`, and cannot be given another. So libwasmedge's `dlsym` is redirected, and answers
/// with the replacement while there is one.
class EmbeddedBinary {
 public:
  static constexpr Workaround kWorkaround = Workaround::kEmbeddedBinary;

  EmbeddedBinary() = delete;

  /// Throws `Error(kNativeLoad)` when the library is not as expected.
  static void Install(void* wasmedge_library);

  /// While one lives, shared objects that WasmEdge loads on this thread seem to carry `binary`,
  /// which must be what they were compiled from but for its limits.
  class Scope : public ThreadScope<Scope> {
   public:
    explicit Scope(WasmBytes binary) noexcept : data_(binary.data), size_(binary.size) {}

   private:
    friend class EmbeddedBinary;

    const uint8_t* const data_;
    // As wide as WasmEdge may read it.
    const uint64_t size_;
  };

 private:
  static void* Find(void* library, const char* symbol) noexcept;
};

}  // namespace wasmedge_embed
