#pragma once

#include <napi.h>

#include <memory>

#include "bindings/tagged_wrap.h"
#include "inference/run/model.h"

namespace wasmedge_embed {

/// A model, for JavaScript. The model remains loaded while this exists. Declared with its
/// documentation in lib/addon/native.ts.
class ModelObject : public TaggedWrap<ModelObject> {
 public:
  static constexpr napi_type_tag kTag = {0xe27481d9065b4c3f, 0x8fb53a7ec0429d61};
  static constexpr char kName[] = "Model";

  static Napi::Function Define(Napi::Env env);

  /// Takes what `Load` passes; JavaScript cannot construct one.
  explicit ModelObject(const Napi::CallbackInfo& info);
  ModelObject(const ModelObject&) = delete;
  ModelObject& operator=(const ModelObject&) = delete;

  const LentModel& lent() const noexcept { return lent_; }

 private:
  static Napi::Value Load(const Napi::CallbackInfo& info);
  Napi::Value Prepare(const Napi::CallbackInfo& info);
  Napi::Value Inputs(const Napi::CallbackInfo& info);
  Napi::Value Outputs(const Napi::CallbackInfo& info);
  Napi::Value Rewrite(const Napi::CallbackInfo& info);
  Napi::Value Takes(const Napi::CallbackInfo& info);
  Napi::Value Size(const Napi::CallbackInfo& info);
  Napi::Value Slice(const Napi::CallbackInfo& info);

  LentModel lent_;
  // With the settings applied.
  ModelGraph graph_;
};

/// operatorName(code) -> string: the name of this built-in operator in the schema of .tflite files,
/// or its number.
Napi::Value NameOperator(const Napi::CallbackInfo& info);

/// { threads, kernels, rewrite } as passed by JavaScript.
InferenceOptions ToInferenceOptions(const Napi::Object& given);

}  // namespace wasmedge_embed
