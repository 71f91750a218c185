#pragma once

#include <napi.h>

#include <memory>

#include "bindings/tagged_wrap.h"
#include "engine/module_source.h"

namespace wasmedge_embed {

/// A module that was read and checked, for JavaScript. Declared with its documentation in
/// lib/addon/native.ts.
class ModuleSourceObject : public TaggedWrap<ModuleSourceObject> {
 public:
  static constexpr napi_type_tag kTag = {0x6be3405d917c4fa8, 0xb80e5d2c71f6a943};
  static constexpr char kName[] = "ModuleSource";

  static Napi::Function Define(Napi::Env env);

  /// Takes what `Read` passes; JavaScript cannot construct one.
  explicit ModuleSourceObject(const Napi::CallbackInfo& info);
  ModuleSourceObject(const ModuleSourceObject&) = delete;
  ModuleSourceObject& operator=(const ModuleSourceObject&) = delete;

  const std::shared_ptr<const ModuleSource>& source() const noexcept { return source_; }

 private:
  static Napi::Value Read(const Napi::CallbackInfo& info);
  Napi::Value Form(const Napi::CallbackInfo& info);
  Napi::Value MakesTailCalls(const Napi::CallbackInfo& info);
  Napi::Value Bytes(const Napi::CallbackInfo& info);

  std::shared_ptr<const ModuleSource> source_;
};

}  // namespace wasmedge_embed
