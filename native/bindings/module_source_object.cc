#include "bindings/module_source_object.h"

#include <memory>
#include <utility>

#include "bindings/addon_data.h"
#include "bindings/background.h"

namespace wasmedge_embed {
namespace {

using SharedSource = std::shared_ptr<const ModuleSource>;

/// Creates it on another thread; `kept` is held until then.
Napi::Promise Start(Napi::Env env, Background<SharedSource>::Work make,
                    std::shared_ptr<Napi::ObjectReference> kept = nullptr) {
  return Background<SharedSource>::Start(
      env, std::move(make),
      [kept = std::move(kept)](Napi::Env of, SharedSource source) -> Napi::Value {
        AddonData& data = AddonData::Get(of);
        data.new_module_source = std::move(source);
        return data.module_source_constructor.New({});
      });
}

}  // namespace

Napi::Function ModuleSourceObject::Define(Napi::Env env) {
  const Napi::Function constructor =
      DefineClass(env, "ModuleSource",
                  {StaticMethod<&ModuleSourceObject::Read>("read"),
                   InstanceAccessor<&ModuleSourceObject::Form>("form"),
                   InstanceAccessor<&ModuleSourceObject::MakesTailCalls>("makesTailCalls"),
                   InstanceAccessor<&ModuleSourceObject::Bytes>("bytes")});
  AddonData::Get(env).module_source_constructor = Napi::Persistent(constructor);
  return constructor;
}

ModuleSourceObject::ModuleSourceObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  source_ = std::exchange(AddonData::Get(info.Env()).new_module_source, nullptr);
  if (!source_) throw Napi::TypeError::New(info.Env(), "Use ModuleSource.read().");
}

Napi::Value ModuleSourceObject::Read(const Napi::CallbackInfo& info) {
  SourceOptions options;
  options.name = info[1].As<Napi::String>();
  if (info[2].IsObject()) {
    options.only_wasm = info[2].As<Napi::Object>().Get("onlyWasm").ToBoolean();
  }
  if (info[0].IsString()) {
    return Start(info.Env(), [path = info[0].As<Napi::String>().Utf8Value(), options] {
      return ModuleSource::Read(path, options);
    });
  }
  const auto bytes = info[0].As<Napi::Uint8Array>();
  return Start(
      info.Env(),
      [data = bytes.Data(), size = bytes.ByteLength(), options] {
        return ModuleSource::FromBytes({data, data + size}, options);
      },
      std::make_shared<Napi::ObjectReference>(Napi::Persistent(bytes.As<Napi::Object>())));
}

Napi::Value ModuleSourceObject::Form(const Napi::CallbackInfo& info) {
  const ModuleForm form = source_->facts().form;
  return Napi::String::New(info.Env(), form == ModuleForm::kSharedLibrary ? "shared-library"
                                       : form == ModuleForm::kUniversal   ? "universal"
                                                                          : "plain");
}

Napi::Value ModuleSourceObject::MakesTailCalls(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), source_->facts().makes_tail_calls);
}

Napi::Value ModuleSourceObject::Bytes(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), source_->bytes());
}

}  // namespace wasmedge_embed
