#pragma once

#include <napi.h>

#include <memory>
#include <unordered_set>

#include "bindings/mailbox.h"
#include "inference/run/model.h"

namespace wasmedge_embed {

class InstanceQueue;
class Module;
class ModuleObject;
class ModuleSource;

/// The addon's data for one environment (the main thread's or a worker thread's). The only state
/// shared across environments is the opened libraries and the model store.
class AddonData {
 public:
  /// Creates the environment's data and hooks its end.
  static void Create(Napi::Env env);
  static AddonData& Get(Napi::Env env) { return *env.GetInstanceData<AddonData>(); }

  explicit AddonData(Napi::Env env);
  AddonData(const AddonData&) = delete;
  AddonData& operator=(const AddonData&) = delete;

  const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

  /// The loaded modules that have threads, so that the threads end with the environment. Shared
  /// with the modules, which may be finalized after this.
  using Modules = std::unordered_set<ModuleObject*>;
  const std::shared_ptr<Modules>& modules() const noexcept { return modules_; }

  /// Stops delivering messages, drops waiting work, stops running work and joins the threads.
  /// Called at the end of the environment, and before the process ends in another way: a thread
  /// that runs a guest while static objects of the libraries are destroyed would crash the process.
  void Shutdown();

  /// Whether that has happened: no more threads may be started.
  bool is_shut_down() const noexcept { return is_shut_down_; }

  // The argument of the next constructor call: JavaScript can call the constructor too, and has
  // none.
  std::shared_ptr<const Module> new_module;
  std::shared_ptr<const ModuleSource> new_module_source;
  std::shared_ptr<InstanceQueue> new_instance;
  LentModel new_model;

  Napi::FunctionReference module_constructor;
  Napi::FunctionReference module_source_constructor;
  Napi::FunctionReference model_constructor;
  Napi::FunctionReference instance_constructor;

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Modules> modules_;
  bool is_shut_down_ = false;
};

}  // namespace wasmedge_embed
