#include "bindings/module_source_object.h"

#include "bindings/addon_data.h"
#include "bindings/background.h"

namespace wasmedge_embed {

Napi::Function ModuleSourceObject::Define(Napi::Env env) {
  const Napi::Function constructor =
      DefineClass(env, "ModuleSource",
                  {StaticMethod<&ModuleSourceObject::Read>("read"),
                   InstanceAccessor<&ModuleSourceObject::Form>("form"),
                   InstanceAccessor<&ModuleSourceObject::Bytes>("bytes")});
  AddonData::Get(env).module_source_constructor = Napi::Persistent(constructor);
  return constructor;
}

ModuleSourceObject::ModuleSourceObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "Use ModuleSource.read().");
  }
  source_ = *info[0].As<Napi::External<std::shared_ptr<const ModuleSource>>>().Data();
}

Napi::Value ModuleSourceObject::Read(const Napi::CallbackInfo& info) {
  SourceOptions options;
  options.name = info[1].As<Napi::String>();
  if (info[2].IsObject()) {
    options.only_wasm = info[2].As<Napi::Object>().Get("onlyWasm").ToBoolean();
  }
  return Background<std::shared_ptr<const ModuleSource>>::Start(
      info.Env(),
      [path = info[0].As<Napi::String>().Utf8Value(), options] {
        return ModuleSource::Read(path, options);
      },
      [](Napi::Env env, std::shared_ptr<const ModuleSource> source) -> Napi::Value {
        return AddonData::Get(env).module_source_constructor.New(
            {Napi::External<std::shared_ptr<const ModuleSource>>::New(env, &source)});
      });
}

Napi::Value ModuleSourceObject::Form(const Napi::CallbackInfo& info) {
  const ModuleForm form = source_->facts().form;
  return Napi::String::New(info.Env(), form == ModuleForm::kSharedLibrary ? "shared-library"
                                       : form == ModuleForm::kUniversal   ? "universal"
                                                                          : "plain");
}

Napi::Value ModuleSourceObject::Bytes(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), source_->bytes());
}

}  // namespace wasmedge_embed
