#pragma once

#include <memory>
#include <new>
#include <string>
#include <vector>

#include "engine/fault_guard.h"
#include "engine/handle.h"
#include "engine/invocation.h"
#include "engine/signature.h"
#include "host/host_module.h"

namespace wasmedge_embed {

/// What the host functions of one slot have in common: the invocation that runs in it now.
struct HostContext {
  const wasmedge::Api& api;
  Invocation* invocation = nullptr;
};

/// Ends a host call in the way that WasmEdge understands.
wasmedge::Result FinishHostCall(HostOutcome outcome) noexcept;

/// Records that a host function threw something else than an `Error`.
void RecordHostFailure(Invocation& invocation, const char* function, const char* reason);

/// A host module as one slot has it: WasmEdge's module instance, whose functions are bound to the
/// slot's state. The state must outlive this instance.
template <typename State>
class HostInstance {
 public:
  HostInstance(HostContext& context, const HostModule<State>& module, State& state)
      : binding_{context, state}, name_(module.name) {
    const wasmedge::Api& api = context.api;
    instance_ =
        Own<ModuleInstanceHandle>(api, api.ModuleInstanceCreate(wasmedge::MakeString(name_)));
    for (const HostFunction<State>& function : module.functions) Add(api, function);
  }
  HostInstance(const HostInstance&) = delete;
  HostInstance& operator=(const HostInstance&) = delete;

  const wasmedge::ModuleInstanceContext* get() const noexcept { return instance_.get(); }

 private:
  struct Binding {
    HostContext& context;
    State& state;
  };

  void Add(const wasmedge::Api& api, const HostFunction<State>& function) {
    const Signature signature = ParseSignature(function.signature);
    const auto convert = [&api](const std::vector<ValueKind>& kinds) {
      std::vector<wasmedge::ValueType> types;
      for (const ValueKind kind : kinds) types.push_back(MakeValueType(api, kind));
      return types;
    };
    const auto params = convert(signature.params);
    const auto results = convert(signature.results);
    const FunctionTypeHandle type = Own<FunctionTypeHandle>(
        api, api.FunctionTypeCreate(params.data(), static_cast<uint32_t>(params.size()),
                                    results.data(), static_cast<uint32_t>(results.size())));
    // The table of functions is constant for the life of the process; WasmEdge hands the pointer
    // back as it is.
    wasmedge::FunctionInstanceContext* instance = api.FunctionInstanceCreateBinding(
        type.get(), &Call, const_cast<HostFunction<State>*>(&function), &binding_, 0);
    if (instance == nullptr) throw std::bad_alloc();
    const std::string name = function.name;
    // The module instance takes the function over.
    api.ModuleInstanceAddFunction(instance_.get(), wasmedge::MakeString(name), instance);
  }

  /// Called by WasmEdge on the slot's thread. Nothing may be thrown through its frames.
  static wasmedge::Result Call(void* self, void* data, const wasmedge::CallingFrameContext* frame,
                               const wasmedge::Value* params, uint32_t, wasmedge::Value* results,
                               uint32_t) noexcept {
    const auto& function = *static_cast<const HostFunction<State>*>(self);
    auto& [context, state] = *static_cast<Binding*>(data);
    Invocation& invocation = *context.invocation;
    const FaultGuard::HostScope host;
    if (host.stack_overflowed() || invocation.stop_reason() != StopReason::kNone) {
      return FinishHostCall(HostOutcome::kFail);
    }
    try {
      uint8_t* base = nullptr;
      uint64_t size = 0;
      context.api.GetMemory(context.api.CallingFrameGetMemoryInstance(frame, 0), &base, &size);
      HostCall call(GuestMemory(base, size), invocation, params, results);
      const HostOutcome outcome = function.call(state, call);
      // A wait that was cut short is no success.
      if (invocation.stop_reason() != StopReason::kNone && outcome == HostOutcome::kReturn) {
        return FinishHostCall(HostOutcome::kFail);
      }
      return FinishHostCall(outcome);
    } catch (const Error& error) {
      invocation.set_failure(error);
    } catch (const std::bad_alloc&) {
      RecordHostFailure(invocation, function.name, "there is not enough memory");
    } catch (const std::exception& error) {
      RecordHostFailure(invocation, function.name, error.what());
    }
    return FinishHostCall(HostOutcome::kFail);
  }

  Binding binding_;
  std::string name_;
  ModuleInstanceHandle instance_;
};

}  // namespace wasmedge_embed
