#include "engine/imported_functions.h"

#include <algorithm>
#include <utility>

#include "engine/guest_instance.h"
#include "engine/trap.h"
#include "host/host_exchange.h"
#include "workarounds/thread_state.h"

namespace wasmedge_embed {
namespace {

/// A failure of an embedder's function that the embedder cannot report itself.
Error ImportFailed(const ExternalDescription& import, const std::string& reason) {
  return Error(ErrorCode::kHostFunction,
               "The host function " + *import.module + "." + import.name + " failed: " + reason);
}

}  // namespace

/// The guest that made the call and waits.
class ImportedFunctions::CallingGuest : public WaitingGuest {
 public:
  CallingGuest(const ImportedFunctions& owner, const HostScope& host,
               const wasmedge::CallingFrameContext* frame)
      : owner_(owner),
        host_(host),
        frame_(frame),
        memory_(api().CallingFrameGetMemoryInstance(frame, 0)) {}

  GuestMemory View() override {
    uint8_t* base = nullptr;
    uint64_t size = 0;
    api().GetMemory(memory_, &base, &size);
    return {base, size};
  }

  bool Grow(uint32_t pages) override {
    return memory_ != nullptr && api().GrowMemory(memory_, pages);
  }

  ReentryOutcome Enter(const Reentry& reentry) noexcept override {
    Invocation& invocation = *owner_.context_.invocation;
    ReentryOutcome outcome;
    if (host_.stack_overflowed()) {
      outcome.error = StackOverflowError();
      return outcome;
    }
    try {
      const std::vector<uint64_t>& arguments = reentry.arguments;
      Callee callee = FindCallee(owner_.module_, api().CallingFrameGetModuleInstance(frame_),
                                 reentry.function, arguments.size());
      for (size_t index = 0; index < arguments.size(); ++index) {
        callee.params[index].bits = arguments[index];
      }
      wasmedge::Result result{};
      {
        std::optional<ThreadState::Scope> thread_state;
        if (api().line() == wasmedge::VersionLine::k0_14) thread_state.emplace();
        const ReentryScope guest;
        result = InvokeCallee(api(), api().CallingFrameGetExecutor(frame_), callee);
      }
      if (host_.stack_overflowed()) {
        outcome.error = StackOverflowError().At(TraceOf(invocation));
      } else if (!api().ResultOK(result) || invocation.exit_code()) {
        const Ending ending = EndingOf(api(), result, invocation, owner_.fuel_);
        outcome.error = ending.error;
        if (ending.exited) outcome.exit_code = ending.exit_code;
      } else {
        for (const wasmedge::Value& value : callee.results) {
          outcome.results.push_back(static_cast<uint64_t>(value.bits));
        }
      }
    } catch (const Error& error) {
      outcome.error = error;
    } catch (const std::bad_alloc&) {
      outcome.error = NotEnoughMemory(" to call the guest");
    }
    if (outcome.error) invocation.set_failure(*outcome.error);
    return outcome;
  }

 private:
  const wasmedge::Api& api() const noexcept { return owner_.context_.api; }

  const ImportedFunctions& owner_;
  const HostScope& host_;
  const wasmedge::CallingFrameContext* frame_;
  wasmedge::MemoryInstanceContext* memory_;
};

ImportedFunctions::ImportedFunctions(HostContext& context, const Module& module,
                                     const std::vector<ImportedFunction>& functions,
                                     AssemblyScriptState& state, std::optional<uint64_t> fuel)
    : context_(context), module_(module), standard_{context, state}, fuel_(fuel) {
  for (const ImportedFunction& function : functions) {
    const ExternalDescription& import = module.imports()[function.import];
    wasmedge::ModuleInstanceContext* instance = InstanceFor(*import.module);
    if (function.standard != nullptr) {
      AddHostFunction(context.api, instance, import.name, *import.signature,
                      &HostBinding<AssemblyScriptState>::Call,
                      const_cast<HostFunction<AssemblyScriptState>*>(function.standard),
                      &standard_);
    } else {
      AddHostFunction(context.api, instance, import.name, *import.signature, &Call,
                      const_cast<ImportedFunction*>(&function), this);
    }
  }
}

wasmedge::ModuleInstanceContext* ImportedFunctions::InstanceFor(const std::string& name) {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) {
    return instances_[static_cast<size_t>(found - names_.begin())].get();
  }
  const wasmedge::Api& api = context_.api;
  instances_.push_back(
      Own<ModuleInstanceHandle>(api, api.ModuleInstanceCreate(wasmedge::MakeString(name))));
  names_.push_back(name);
  return instances_.back().get();
}

// Called by WasmEdge on the guest's thread.
wasmedge::Result ImportedFunctions::Call(void* self, void* data,
                                         const wasmedge::CallingFrameContext* frame,
                                         const wasmedge::Value* params, uint32_t param_count,
                                         wasmedge::Value* results, uint32_t result_count) noexcept {
  const auto& function = *static_cast<const ImportedFunction*>(self);
  auto& imported = *static_cast<ImportedFunctions*>(data);
  const ExternalDescription& import = imported.module_.imports()[function.import];
  Invocation& invocation = *imported.context_.invocation;
  const HostScope host;
  if (host.stack_overflowed() || invocation.stop_reason() != StopReason::kNone) {
    return FinishHostCall(HostOutcome::kFail);
  }
  try {
    return FinishHostCall(
        imported.CallEmbedder(function, host, frame, params, param_count, results, result_count));
  } catch (const Error& error) {
    invocation.set_failure(error);
  } catch (const std::bad_alloc&) {
    invocation.set_failure(ImportFailed(import, "there is not enough memory."));
  } catch (const std::exception& error) {
    invocation.set_failure(ImportFailed(import, error.what()));
  }
  return FinishHostCall(HostOutcome::kFail);
}

HostOutcome ImportedFunctions::CallEmbedder(const ImportedFunction& function, const HostScope& host,
                                            const wasmedge::CallingFrameContext* frame,
                                            const wasmedge::Value* params, uint32_t param_count,
                                            wasmedge::Value* results, uint32_t result_count) {
  const ExternalDescription& import = module_.imports()[function.import];
  Invocation& invocation = *context_.invocation;
  if (invocation.exchange() == nullptr)
    throw ImportFailed(import, "the host does not handle calls.");
  std::vector<uint64_t> arguments(param_count);
  for (uint32_t index = 0; index < param_count; ++index) {
    arguments[index] = static_cast<uint64_t>(params[index].bits);
  }
  CallingGuest guest(*this, host, frame);
  std::optional<HostAnswer> answer =
      invocation.exchange()->Call(function.import, std::move(arguments), guest, invocation);
  if (!answer || host.stack_overflowed()) {
    return invocation.exit_code() ? HostOutcome::kExit : HostOutcome::kFail;
  }
  if (answer->failure) throw Error(*std::move(answer->failure));
  if (answer->results.size() != result_count) {
    throw ImportFailed(import, "it returned " + std::to_string(answer->results.size()) +
                                   " results instead of " + std::to_string(result_count) + ".");
  }
  // Only their bits: WasmEdge takes the types from the function's type.
  for (uint32_t index = 0; index < result_count; ++index) {
    results[index].bits = answer->results[index];
  }
  return HostOutcome::kReturn;
}

}  // namespace wasmedge_embed
