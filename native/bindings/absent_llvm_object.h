#pragma once

#include <napi.h>

#include <memory>

#include "bindings/tagged_wrap.h"
#include "workarounds/absent_llvm.h"

namespace wasmedge_embed {

/// The file that keeps LLVM out of WasmEdge's program, for JavaScript; closed by `close`, when this
/// is collected, and at the end of the environment. Declared with its documentation in
/// lib/addon/native.ts.
class AbsentLlvmObject : public TaggedWrap<AbsentLlvmObject> {
 public:
  static constexpr napi_type_tag kTag = {0x6d1fb27c93e8405a, 0xc42e95d87a0b31f6};
  static constexpr char kName[] = "AbsentLlvmFile";

  static Napi::Function Define(Napi::Env env);

  /// Creates the file for the library whose path it is given.
  explicit AbsentLlvmObject(const Napi::CallbackInfo& info);
  AbsentLlvmObject(const AbsentLlvmObject&) = delete;
  AbsentLlvmObject& operator=(const AbsentLlvmObject&) = delete;

 private:
  Napi::Value Descriptor(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  std::unique_ptr<const AbsentLlvmFile> file_;
};

}  // namespace wasmedge_embed
