#pragma once

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

/// The WebAssembly binary that a shared object carries beside the code that it was compiled to.
///
/// WasmEdge reads a module's types, limits and data from it, through the symbols `wasm.code` and
/// `wasm.size`, and cannot be given another. So libwasmedge's `dlsym` is redirected (its own slots,
/// nobody else's), and answers with the replacement while there is one.
class EmbeddedBinary {
 public:
  EmbeddedBinary() = delete;

  /// Once, right after libwasmedge is opened. Throws `Error(kNativeLoad)` when the library is not
  /// as expected.
  static void Install(void* wasmedge_library);

  /// While one lives, shared objects that WasmEdge loads on this thread seem to carry `binary`,
  /// which must be what they were compiled from but for its limits.
  class Replacement {
   public:
    explicit Replacement(WasmBytes binary) noexcept;
    ~Replacement();
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;

   private:
    friend class EmbeddedBinary;

    const uint8_t* data_;
    // As wide as WasmEdge may read it.
    uint64_t size_;
  };

 private:
  static void* Find(void* library, const char* symbol) noexcept;
};

}  // namespace wasmedge_embed
