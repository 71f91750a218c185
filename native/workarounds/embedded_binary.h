#pragma once

#include <cstdint>

#include "base/thread_scope.h"
#include "binary/wasm_binary.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The WebAssembly binary contained in a shared object, from which its code was compiled.
///
/// WasmEdge reads a module's types, limits and data from it, through the symbols `wasm.code` and
/// `wasm.size`, and accepts no other. So libwasmedge's `dlsym` is redirected, and returns the
/// replacement while there is one.
class EmbeddedBinary {
 public:
  static constexpr Workaround kWorkaround = Workaround::kEmbeddedBinary;

  EmbeddedBinary() = delete;

  /// Throws `Error(kNativeLoad)` if the library is not as expected.
  static void Install(void* wasmedge_library);

  /// While one exists, shared objects that WasmEdge loads on this thread appear to contain
  /// `binary`, which may differ from the original only in its limits.
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
