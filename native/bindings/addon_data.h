#pragma once

#include <napi.h>

#include <memory>
#include <unordered_set>

#include "bindings/mailbox.h"

namespace wasmedge_embed {

class ModuleObject;

/// What the addon keeps for one environment (the main thread's or a worker thread's). There is no
/// state across environments but the opened libraries and the model store.
class AddonData {
 public:
  /// Makes the environment's data and hooks its end.
  static void Create(Napi::Env env);
  static AddonData& Get(Napi::Env env) { return *env.GetInstanceData<AddonData>(); }

  explicit AddonData(Napi::Env env);
  AddonData(const AddonData&) = delete;
  AddonData& operator=(const AddonData&) = delete;

  const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

  /// Loaded modules that have threads, so that those end with the environment.
  void Add(ModuleObject* module) { modules_.insert(module); }
  void Remove(ModuleObject* module) { modules_.erase(module); }

  Napi::FunctionReference module_constructor;
  Napi::FunctionReference model_constructor;

 private:
  void Shutdown();

  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_set<ModuleObject*> modules_;
};

}  // namespace wasmedge_embed
