#include "bindings/addon_data.h"

#include "bindings/module_object.h"

namespace wasmedge_embed {

void AddonData::Create(Napi::Env env) {
  auto data = std::make_unique<AddonData>(env);
  // Hooks run in reverse order: this one, added after the mailbox's own, runs before it, and both
  // before the objects of this environment are finalized.
  env.AddCleanupHook([](AddonData* closing) { closing->Shutdown(); }, data.get());
  env.SetInstanceData(data.release());  // deleted by Node-API with the environment
}

AddonData::AddonData(Napi::Env env)
    : mailbox_(std::make_shared<Mailbox>(env)), modules_(std::make_shared<Modules>()) {}

void AddonData::Shutdown() {
  // First the mailbox, so that what ends now reports to nobody; then the threads.
  mailbox_->Close();
  for (ModuleObject* module : std::exchange(*modules_, {})) module->Stop();
}

}  // namespace wasmedge_embed
