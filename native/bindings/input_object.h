#pragma once

#include <napi.h>

#include <cstdint>
#include <vector>

#include "bindings/tagged_wrap.h"

namespace wasmedge_embed {

/// Standard input that JavaScript fills in slices. Declared with its documentation in
/// lib/addon/native.ts.
class InputObject : public TaggedWrap<InputObject> {
 public:
  static constexpr napi_type_tag kTag = {0x8f2a51c3d60b4e79, 0xa3d4097be51f6c82};
  static constexpr char kName[] = "Input";

  static Napi::Function Define(Napi::Env env);

  explicit InputObject(const Napi::CallbackInfo& info);
  InputObject(const InputObject&) = delete;
  InputObject& operator=(const InputObject&) = delete;

  /// Moves the appended bytes out.
  std::vector<uint8_t> Take() noexcept { return std::move(bytes_); }

 private:
  Napi::Value Append(const Napi::CallbackInfo& info);

  std::vector<uint8_t> bytes_;
  /// The room in bytes: exceeding it would move all bytes.
  size_t capacity_;
};

}  // namespace wasmedge_embed
