#include "bindings/absent_llvm_object.h"

#include <optional>
#include <string>

#include "bindings/to_js.h"

namespace wasmedge_embed {

Napi::Function AbsentLlvmObject::Define(Napi::Env env) {
  return DefineClass(env, kName,
                     {InstanceAccessor<&AbsentLlvmObject::Descriptor>("descriptor"),
                      InstanceMethod<&AbsentLlvmObject::Close>("close")});
}

AbsentLlvmObject::AbsentLlvmObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  const std::string library = info[0].As<Napi::String>();
  Guard(info.Env(), [&]() -> Napi::Value {
    file_ = std::make_unique<const AbsentLlvmFile>(library);
    return {};
  });
}

Napi::Value AbsentLlvmObject::Descriptor(const Napi::CallbackInfo& info) {
  const std::optional<int> descriptor = file_ ? file_->descriptor() : std::nullopt;
  if (!descriptor) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), *descriptor);
}

Napi::Value AbsentLlvmObject::Close(const Napi::CallbackInfo& info) {
  file_.reset();
  return info.Env().Undefined();
}

}  // namespace wasmedge_embed
