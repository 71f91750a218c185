#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "bindings/addon_data.h"
#include "bindings/tagged_wrap.h"
#include "engine/call_batch.h"
#include "engine/worker_pool.h"

namespace wasmedge_embed {

/// A kept instance, for JavaScript. Declared with its documentation in lib/addon/native.ts.
///
/// It is not collected while an operation is in progress. When it is collected, everything that the
/// instance has is released.
class InstanceObject : public TaggedWrap<InstanceObject> {
 public:
  static constexpr napi_type_tag kTag = {0x5b80e3c4a9f14d27, 0xb16a7d2f09ce5384};
  static constexpr char kName[] = "Instance";

  static Napi::Function Define(Napi::Env env);

  /// Creates an instance of the pool's module: { instance, promise, ticket }. `owner` is the
  /// module's object.
  static Napi::Object Start(const Napi::Object& owner, const std::shared_ptr<WorkerPool>& pool,
                            std::shared_ptr<const Module> module, const Napi::Object& request);

  /// Takes what `Start` passes; JavaScript cannot construct one.
  explicit InstanceObject(const Napi::CallbackInfo& info);
  ~InstanceObject() override;
  InstanceObject(const InstanceObject&) = delete;
  InstanceObject& operator=(const InstanceObject&) = delete;

 private:
  friend class CallMessage;
  friend class StartMessage;
  friend class AccessMessage;

  Napi::Value Call(const Napi::CallbackInfo& info);
  Napi::Value StopOperation(const Napi::CallbackInfo& info);
  Napi::Value ReadMemory(const Napi::CallbackInfo& info);
  Napi::Value WriteMemory(const Napi::CallbackInfo& info);
  Napi::Value MemorySize(const Napi::CallbackInfo& info);
  Napi::Value GrowMemory(const Napi::CallbackInfo& info);
  Napi::Value GetGlobal(const Napi::CallbackInfo& info);
  Napi::Value SetGlobal(const Napi::CallbackInfo& info);
  Napi::Value EndWaits(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  /// The result of an access, as a JavaScript value.
  using Found = std::function<Napi::Value(Napi::Env)>;
  /// Executes `work` in its turn; what it returns produces the value of the promise.
  Napi::Value Access(Napi::Env env, const Napi::Value& is_nested,
                     std::function<Found(KeptInstance&)> work);

  /// The pool, or `Error(kClosed)`.
  std::shared_ptr<WorkerPool> RequirePool() const;
  uint64_t Submit(Napi::Env env, std::shared_ptr<InstanceOperation> operation);
  void EndWork() { Unref(); }

  /// Submits an operation that can be stopped by its ticket: { ticket, hostKey? }. `hostKey` is the
  /// key for its guest's host calls, if it may make any.
  Napi::Object SubmitGuest(Napi::Env env, const std::shared_ptr<InstanceOperation>& operation,
                           std::optional<uint64_t>& host_key);
  void EndHostCalls(const std::optional<uint64_t>& host_key);

  /// The module's object, which is kept alive as well.
  Napi::ObjectReference owner_;
  std::shared_ptr<const Module> module_;
  std::weak_ptr<WorkerPool> pool_;
  std::shared_ptr<InstanceQueue> queue_;
  /// The callers of the calls in progress.
  std::unordered_map<uint64_t, Napi::FunctionReference> callers_;
  uint64_t last_caller_ = 0;
};

}  // namespace wasmedge_embed
