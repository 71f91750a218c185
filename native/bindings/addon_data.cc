#include "bindings/addon_data.h"

#include "bindings/module_object.h"

namespace wasmedge_embed {

namespace {

// `process.exit()` and an uncaught exception do not run an environment's cleanup hooks. This is the
// environment's own `process`: the one that a test runner provides to its tests may be a copy,
// which gets no events.
void StopAtExit(Napi::Env env) {
  const Napi::Value process = env.Global().Get("process");
  if (!process.IsObject()) return;
  const Napi::Value once = process.As<Napi::Object>().Get("once");
  if (!once.IsFunction()) return;
  const auto stop = Napi::Function::New(
      env, [](const Napi::CallbackInfo& info) { AddonData::Get(info.Env()).Shutdown(); },
      "stopWasmEdgeThreads");
  once.As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), stop});
}

}  // namespace

void AddonData::Create(Napi::Env env) {
  auto data = std::make_unique<AddonData>(env);
  // Hooks run in reverse order: this one, added after the mailbox's own, runs before it, and both
  // run before the objects of this environment are finalized.
  env.AddCleanupHook([](AddonData* closing) { closing->Shutdown(); }, data.get());
  env.SetInstanceData(data.release());  // deleted by Node-API with the environment
  StopAtExit(env);
}

AddonData::AddonData(Napi::Env env)
    : mailbox_(std::make_shared<Mailbox>(env)), modules_(std::make_shared<Modules>()) {}

void AddonData::Shutdown() {
  is_shut_down_ = true;
  // First the mailbox, so that whatever ends now reports to nobody; then the threads.
  mailbox_->Close();
  for (ModuleObject* module : std::exchange(*modules_, {})) module->Stop();
}

}  // namespace wasmedge_embed
