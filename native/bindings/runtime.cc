#include "bindings/runtime.h"

#include "bindings/background.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

Napi::Value OpenRuntime(const Napi::CallbackInfo& info) {
  return Background<const wasmedge::Api*>::Start(
      info.Env(), [] { return &wasmedge::Api::Get(); },
      [](Napi::Env env, const wasmedge::Api* api) -> Napi::Value {
        Napi::Object runtime = Napi::Object::New(env);
        runtime["version"] = api->version();
        runtime["path"] = api->path();
        return runtime;
      });
}

}  // namespace wasmedge_embed
