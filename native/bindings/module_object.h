#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <vector>

#include "bindings/addon_data.h"
#include "bindings/host_calls.h"
#include "bindings/stream_calls.h"
#include "bindings/tagged_wrap.h"
#include "engine/worker_pool.h"

namespace wasmedge_embed {

/// A loaded module, for JavaScript. Declared with its documentation in lib/addon/native.ts.
class ModuleObject : public TaggedWrap<ModuleObject> {
 public:
  static constexpr napi_type_tag kTag = {0x1d6c90f2b8a34e57, 0x94c2e6073fd18ba5};
  static constexpr char kName[] = "Module";

  static Napi::Function Define(Napi::Env env);

  /// Takes what `Load` passes; JavaScript cannot construct one.
  explicit ModuleObject(const Napi::CallbackInfo& info);
  ~ModuleObject() override;
  ModuleObject(const ModuleObject&) = delete;
  ModuleObject& operator=(const ModuleObject&) = delete;

  /// The environment ends: drops waiting work and joins the threads.
  void Stop();

  /// Handles the host calls of its guests; null if they make none.
  HostCalls* host_calls() noexcept { return host_calls_ ? &*host_calls_ : nullptr; }

 private:
  friend class RunMessage;
  friend class CloseMessage;

  static Napi::Value Load(const Napi::CallbackInfo& info);
  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value ChangeTo(const Napi::CallbackInfo& info);
  Napi::Value Run(const Napi::CallbackInfo& info);
  Napi::Value Instantiate(const Napi::CallbackInfo& info);
  Napi::Value StopRun(const Napi::CallbackInfo& info);
  Napi::Value EndWaits(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);
  template <Napi::Value (HostCalls::*kFunction)(const Napi::CallbackInfo&)>
  Napi::Value OnHostCalls(const Napi::CallbackInfo& info);
  Napi::Value OpenLane(const Napi::CallbackInfo& info);
  Napi::Value TakeLaneWritten(const Napi::CallbackInfo& info);
  template <Napi::Value (StreamCalls::*kFunction)(const Napi::CallbackInfo&)>
  Napi::Value OnStreamCalls(const Napi::CallbackInfo& info);
  Napi::Value IsAot(const Napi::CallbackInfo& info);
  Napi::Value Imports(const Napi::CallbackInfo& info);
  Napi::Value Exports(const Napi::CallbackInfo& info);

  /// While work is in progress, this object must not be collected: the main thread would wait for
  /// the end of the pool.
  void BeginWork(Napi::Env env);
  void EndWork();

  std::shared_ptr<AddonData::Modules> modules_;
  std::shared_ptr<const Module> module_;
  /// What a run left for other instances; null if there is none.
  std::shared_ptr<const Snapshot> snapshot_;
  // Absent until the module is started, and if it imports no JavaScript functions.
  std::optional<HostCalls> host_calls_;
  StreamCalls stream_calls_{*this};
  /// Null before `OpenLane`.
  std::shared_ptr<StreamLane> lane_;
  std::shared_ptr<WorkerPool> pool_;
  bool is_started_ = false;
  /// Those who wait for the end.
  std::vector<Napi::Promise::Deferred> closings_;
};

}  // namespace wasmedge_embed
