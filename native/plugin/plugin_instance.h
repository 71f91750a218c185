#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "engine/host_function.h"
#include "engine/wasmedge_api.h"
#include "host/host_module.h"
#include "plugin/failure_log.h"

namespace wasmedge_embed::plugin {

/// A host module in one of WasmEdge's virtual machines: its functions with their own state, which
/// exists as long as WasmEdge's module instance. What a guest leaves remains until then: a plug-in
/// does not learn where an invocation ends.
template <typename State>
class PluginInstance {
  // Only `Create` makes one.
  struct Private {};

 public:
  /// Creates WasmEdge's module instance. It belongs to the caller, and this object to it. With an
  /// `obstacle`, every function fails with it: only there can a plug-in report what is wrong.
  template <typename... Arguments>
  static wasmedge::ModuleInstanceContext* Create(const wasmedge::Api& api,
                                                 const HostModule<State>& module,
                                                 std::optional<Error> obstacle,
                                                 Arguments&&... state_arguments) {
    auto owned = std::make_unique<PluginInstance>(Private{}, api, std::move(obstacle),
                                                  std::forward<Arguments>(state_arguments)...);
    PluginInstance* self = owned.get();
    const std::string name = module.name;
    wasmedge::ModuleInstanceContext* created =
        api.ModuleInstanceCreateWithData(wasmedge::MakeString(name), self, &Delete);
    if (created == nullptr) throw std::bad_alloc();
    static_cast<void>(owned.release());
    ModuleInstanceHandle instance(created, {&api});
    for (const HostFunction<State>& function : module.functions) {
      // The table of functions is constant for the life of the process.
      AddHostFunction(api, instance.get(), function.name, ParseSignature(function.signature), &Call,
                      const_cast<HostFunction<State>*>(&function), self);
    }
    return instance.release();
  }

  template <typename... Arguments>
  PluginInstance(Private, const wasmedge::Api& api, std::optional<Error> obstacle,
                 Arguments&&... state_arguments)
      : api_(api),
        obstacle_(std::move(obstacle)),
        state_(std::forward<Arguments>(state_arguments)...) {}
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

 private:
  static void Delete(void* self) noexcept {
    const std::unique_ptr<PluginInstance> owned(static_cast<PluginInstance*>(self));
  }

  static wasmedge::Result Call(void* function, void* data,
                               const wasmedge::CallingFrameContext* frame,
                               const wasmedge::Value* params, uint32_t, wasmedge::Value* results,
                               uint32_t) noexcept {
    auto& self = *static_cast<PluginInstance*>(data);
    if (self.obstacle_) {
      LogFailure(*self.obstacle_);
      return FinishHostCall(HostOutcome::kFail);
    }
    // A program may run several guests in one virtual machine at the same time.
    const std::lock_guard<std::mutex> lock(self.mutex_);
    Invocation invocation;
    const HostOutcome outcome =
        CallHostFunction(self.api_, *static_cast<const HostFunction<State>*>(function), self.state_,
                         invocation, frame, params, results);
    if (invocation.failure()) LogFailure(*invocation.failure());
    for (const InferenceFailure& failure : invocation.TakeInferenceFailures()) {
      if (self.told_ >= Invocation::kMostInferenceFailures) break;
      ++self.told_;
      LogInferenceFailure(failure);
    }
    return FinishHostCall(outcome);
  }

  const wasmedge::Api& api_;
  const std::optional<Error> obstacle_;
  std::mutex mutex_;
  State state_;
  // The number of refusals reported so far: no more are reported than for an invocation in a Node
  // process.
  size_t told_ = 0;
};

}  // namespace wasmedge_embed::plugin
