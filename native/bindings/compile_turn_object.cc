#include "bindings/compile_turn_object.h"

#include "bindings/to_js.h"

namespace wasmedge_embed {

Napi::Function CompileTurnObject::Define(Napi::Env env) {
  return DefineClass(env, kName,
                     {InstanceAccessor<&CompileTurnObject::IsFirst>("isFirst"),
                      InstanceMethod<&CompileTurnObject::Leave>("leave")});
}

CompileTurnObject::CompileTurnObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  Guard(info.Env(), [&]() -> Napi::Value {
    turn_ = std::make_unique<CompileTurn>();
    return {};
  });
}

Napi::Value CompileTurnObject::IsFirst(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), turn_ && turn_->IsFirst());
}

Napi::Value CompileTurnObject::Leave(const Napi::CallbackInfo& info) {
  turn_.reset();
  return info.Env().Undefined();
}

}  // namespace wasmedge_embed
