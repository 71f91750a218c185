#include "bindings/runtime.h"

#include "base/parent_process.h"
#include "bindings/background.h"
#include "compile/compiler.h"
#include "compile/memory_watch.h"
#include "engine/trap.h"
#include "engine/wasmedge_api.h"
#include "inference/run/litert_library.h"

namespace wasmedge_embed {

Napi::Value OpenRuntime(const Napi::CallbackInfo& info) {
  struct Facts {
    const wasmedge::Api* api;
    bool has_quick_passes;
  };
  return Background<Facts>::Start(
      info.Env(),
      [] {
        const wasmedge::Api& api = wasmedge::Api::Get();
        return Facts{&api, HasQuickPasses(api)};
      },
      [](Napi::Env env, const Facts& facts) -> Napi::Value {
        Napi::Object runtime = Napi::Object::New(env);
        runtime["version"] = facts.api->version();
        runtime["path"] = facts.api->path();
        runtime["hasQuickPasses"] = Napi::Boolean::New(env, facts.has_quick_passes);
        return runtime;
      });
}

Napi::Value OpenInference(const Napi::CallbackInfo& info) {
  return Background<bool>::Start(
      info.Env(),
      [] {
        litert::Library::Get();
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

Napi::Value KillWithParent(const Napi::CallbackInfo& info) {
  DieWithParent(info[0].ToNumber().Int64Value());
  return info.Env().Undefined();
}

Napi::Value WatchMemory(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    EndAboveMemory(static_cast<uint64_t>(info[0].ToNumber().Int64Value()),
                   info[1].As<Napi::String>().Utf8Value());
    return info.Env().Undefined();
  });
}

Napi::Value NameTrap(const Napi::CallbackInfo& info) {
  const char* name = TrapName(info[0].ToNumber().Uint32Value());
  if (name == nullptr) return info.Env().Undefined();
  return Napi::String::New(info.Env(), name);
}

}  // namespace wasmedge_embed
