#pragma once

#include <new>
#include <string>

#include "base/invocation.h"
#include "engine/handle.h"
#include "engine/signature.h"
#include "host/host_module.h"

namespace wasmedge_embed {

/// Adds a function to a module instance. WasmEdge passes `self` and `data` unchanged to `call`.
/// Throws `std::bad_alloc`.
void AddHostFunction(const wasmedge::Api& api, wasmedge::ModuleInstanceContext* instance,
                     const std::string& name, const Signature& signature,
                     wasmedge::HostFunction call, void* self, void* data);

/// Converts the outcome of a host call to WasmEdge's form.
wasmedge::Result FinishHostCall(HostOutcome outcome) noexcept;

/// Calls a host function for the guest of this frame. An exception becomes the invocation's
/// failure: nothing may be thrown through WasmEdge's frames.
template <typename State>
HostOutcome CallHostFunction(const wasmedge::Api& api, const HostFunction<State>& function,
                             State& state, Invocation& invocation,
                             const wasmedge::CallingFrameContext* frame,
                             const wasmedge::Value* params, wasmedge::Value* results) noexcept {
  try {
    uint8_t* base = nullptr;
    uint64_t size = 0;
    api.GetMemory(api.CallingFrameGetMemoryInstance(frame, 0), &base, &size);
    HostCall call(function.name, GuestMemory(base, size), invocation, params, results);
    return function.call(state, call);
  } catch (const Error& error) {
    invocation.set_failure(error);
  } catch (const std::bad_alloc&) {
    invocation.set_failure(HostTrap(function.name, "there is not enough memory"));
  } catch (const std::exception& error) {
    invocation.set_failure(HostTrap(function.name, error.what()));
  }
  return HostOutcome::kFail;
}

}  // namespace wasmedge_embed
