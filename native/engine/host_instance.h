#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/invocation.h"
#include "engine/guest_scope.h"
#include "engine/handle.h"
#include "engine/host_function.h"
#include "engine/module.h"
#include "engine/signature.h"
#include "host/host_module.h"

namespace wasmedge_embed {

/// What the host functions of a slot share: the current invocation, and its connection to the
/// embedder, if any.
struct HostContext {
  const wasmedge::Api& api;
  Invocation* invocation = nullptr;
};

/// What a WasmEdge host function is bound to: one of our states, and access to its invocation.
template <typename State>
struct HostBinding {
  HostContext& context;
  State& state;

  /// Called by WasmEdge on the guest's thread: `self` is a `HostFunction<State>`, `data` a binding.
  static wasmedge::Result Call(void* self, void* data, const wasmedge::CallingFrameContext* frame,
                               const wasmedge::Value* params, uint32_t, wasmedge::Value* results,
                               uint32_t) noexcept {
    const auto& function = *static_cast<const HostFunction<State>*>(self);
    auto& [context, state] = *static_cast<HostBinding*>(data);
    Invocation& invocation = *context.invocation;
    const HostScope host;
    if (host.stack_overflowed() || invocation.stop_reason() != StopReason::kNone) {
      return FinishHostCall(HostOutcome::kFail);
    }
    const HostOutcome outcome =
        CallHostFunction(context.api, function, state, invocation, frame, params, results);
    // A wait that was cut short does not count as success.
    if (invocation.stop_reason() != StopReason::kNone && outcome == HostOutcome::kReturn) {
      return FinishHostCall(HostOutcome::kFail);
    }
    return FinishHostCall(outcome);
  }
};

/// A host module in one slot: WasmEdge's module instance, whose functions are bound to the slot's
/// state. The state must outlive this instance.
template <typename State>
class HostInstance {
 public:
  /// `imports` are the guest's: of a function that exists with several types, the instance has the
  /// one that the guest imports.
  HostInstance(HostContext& context, const HostModule<State>& module, State& state,
               const std::vector<ExternalDescription>& imports)
      : binding_{context, state}, name_(module.name) {
    const wasmedge::Api& api = context.api;
    instance_ =
        Own<ModuleInstanceHandle>(api, api.ModuleInstanceCreate(wasmedge::MakeString(name_)));
    const auto& functions = module.functions;
    for (size_t i = 0; i < functions.size();) {
      const size_t first = i;
      while (++i < functions.size() &&
             std::string_view(functions[i].name) == functions[first].name) {
      }
      const HostFunction<State>& function =
          i == first + 1 ? functions[first] : Choose(&functions[first], &functions[i], imports);
      // The table of functions is constant for the life of the process.
      AddHostFunction(api, instance_.get(), function.name, ParseSignature(function.signature),
                      &HostBinding<State>::Call, const_cast<HostFunction<State>*>(&function),
                      &binding_);
    }
  }
  HostInstance(const HostInstance&) = delete;
  HostInstance& operator=(const HostInstance&) = delete;

  const wasmedge::ModuleInstanceContext* get() const noexcept { return instance_.get(); }

 private:
  /// Of the functions with the same name, the one that the guest imports; the first if it imports
  /// none.
  const HostFunction<State>& Choose(const HostFunction<State>* begin,
                                    const HostFunction<State>* end,
                                    const std::vector<ExternalDescription>& imports) const {
    for (const ExternalDescription& import : imports) {
      if (*import.module != name_ || import.name != begin->name || !import.signature) continue;
      for (const auto* each = begin; each != end; ++each) {
        if (ParseSignature(each->signature) == *import.signature) return *each;
      }
    }
    return *begin;
  }

  HostBinding<State> binding_;
  std::string name_;
  ModuleInstanceHandle instance_;
};

}  // namespace wasmedge_embed
