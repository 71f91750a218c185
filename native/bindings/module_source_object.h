#pragma once

#include <napi.h>

#include <memory>

#include "engine/module_source.h"

namespace wasmedge_embed {

/// A module's file, read and checked, as JavaScript holds it. Declared with its documentation in
/// lib/native.ts.
class ModuleSourceObject : public Napi::ObjectWrap<ModuleSourceObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  /// Takes what `Read` passes; JavaScript cannot construct one.
  explicit ModuleSourceObject(const Napi::CallbackInfo& info);
  ModuleSourceObject(const ModuleSourceObject&) = delete;
  ModuleSourceObject& operator=(const ModuleSourceObject&) = delete;

  const std::shared_ptr<const ModuleSource>& source() const noexcept { return source_; }

 private:
  static Napi::Value Read(const Napi::CallbackInfo& info);
  Napi::Value Form(const Napi::CallbackInfo& info);
  Napi::Value Bytes(const Napi::CallbackInfo& info);

  std::shared_ptr<const ModuleSource> source_;
};

}  // namespace wasmedge_embed
