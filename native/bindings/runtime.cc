#include "bindings/runtime.h"

#include "bindings/to_js.h"
#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

Napi::Value DescribeRuntime(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&info]() -> Napi::Value {
    const wasmedge::Api& api = wasmedge::Api::Get();
    Napi::Object runtime = Napi::Object::New(info.Env());
    runtime["version"] = api.version();
    runtime["path"] = api.path();
    return runtime;
  });
}

}  // namespace wasmedge_embed
