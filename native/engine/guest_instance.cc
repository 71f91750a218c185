#include "engine/guest_instance.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/guest_scope.h"
#include "engine/trap.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed {
namespace {

constexpr uint32_t kCodeCostLimitExceeded = 0x0003;  // WasmEdge_ErrCode_CostLimitExceeded

}  // namespace

// The message that callers read is in lib/runners/end-message.ts, for all isolations.
Error MakeStopError(StopReason reason) {
  switch (reason) {
    case StopReason::kTimeout:
      return Error(ErrorCode::kTimeout, "time limit");
    case StopReason::kAborted:
      return Error(ErrorCode::kAborted, "aborted");
    case StopReason::kShutdown:
    case StopReason::kNone:
      break;
  }
  return Error(ErrorCode::kClosed, "closed");
}

void GuestInstance::Instantiate(Executor& executor, Invocation& invocation, Ending& ending) {
  const wasmedge::Api& api = module_.api();
  std::optional<MemoryReservation> reservation;
  if (module_.memory_minimum()) {
    const Snapshot* const snapshot = module_.snapshot();
    const auto image = snapshot != nullptr ? snapshot->RequireMemory() : nullptr;
    reservation.emplace(*module_.memory_minimum(), image.get());
  }
  wasmedge::ModuleInstanceContext* created = nullptr;
  const wasmedge::Result result =
      api.ExecutorInstantiate(executor.get(), &created, hosts_.store(), module_.ast());
  instance_ = ModuleInstanceHandle(created, {&api});
  // WasmEdge reports a guest that exited as a success, but without an instance. A start function
  // may have ended the guest in any of the ways that a call can end.
  if (!api.ResultOK(result) || invocation.exit_code()) {
    ending = EndingOf(api, result, invocation, executor.fuel());
  }
}

Callee FindCallee(const Module& module, const wasmedge::ModuleInstanceContext* instance,
                  const std::string& name, size_t arguments) {
  const wasmedge::Api& api = module.api();
  Callee callee;
  callee.function = api.ModuleInstanceFindFunction(instance, wasmedge::MakeString(name));
  const Signature* signature = module.FindExportedFunction(name);
  if (callee.function == nullptr || signature == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "The module exports no function " + name + ".");
  }
  if (arguments != signature->params.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                name + " takes " + std::to_string(signature->params.size()) + " arguments, not " +
                    std::to_string(arguments) + ".");
  }
  // A reference among the results of a compiled function ends the process in WasmEdge 0.14.
  for (const ValueKind kind : signature->results) {
    if (IsNumber(kind)) continue;
    throw Error(ErrorCode::kInvalidArgument, name + " has the type " + signature->ToString() +
                                                 ": only numbers can be passed to the host.");
  }
  for (const ValueKind kind : signature->params) {
    callee.params.push_back({0, MakeValueType(api, kind)});
  }
  callee.results.resize(signature->results.size());
  return callee;
}

void GuestInstance::Construct(Executor& executor, Invocation& invocation, Ending& ending) {
  if (module_.snapshot() != nullptr) return;
  if (module_.FindExportedFunction(kInitializeFunction) == nullptr) return;
  Callee callee = Find(kInitializeFunction, 0);
  Call(callee, executor, invocation, ending);
}

void GuestInstance::Call(Callee& callee, Executor& executor, Invocation& invocation,
                         Ending& ending) {
  const wasmedge::Api& api = module_.api();
  const wasmedge::Result result = InvokeCallee(api, executor.get(), callee);
  if (!api.ResultOK(result) || invocation.exit_code()) {
    ending = EndingOf(api, result, invocation, executor.fuel());
  }
}

wasmedge::Result InvokeCallee(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                              Callee& callee) {
  return api.ExecutorInvoke(executor, callee.function, callee.params.data(),
                            static_cast<uint32_t>(callee.params.size()), callee.results.data(),
                            static_cast<uint32_t>(callee.results.size()));
}

std::shared_ptr<const GuestTrace> TraceOf(const Invocation& invocation) {
  GuestScope* const guest = GuestScope::Current();
  auto trace = std::make_shared<GuestTrace>();
  if (guest != nullptr) *trace = guest->TakeTrace();
  // The host function had called the guest, which failed there: these are the frames further out.
  if (const auto& failure = invocation.failure(); failure && failure->trace()) {
    GuestTrace inner = *failure->trace();
    const size_t room = GuestFrames::kMost - std::min(GuestFrames::kMost, inner.frames.size());
    const size_t taken = std::min(room, trace->frames.size());
    inner.omitted += trace->omitted + trace->frames.size() - taken;
    inner.frames.insert(inner.frames.end(), trace->frames.begin(),
                        trace->frames.begin() + static_cast<ptrdiff_t>(taken));
    *trace = std::move(inner);
  }
  return trace;
}

Ending EndingOf(const wasmedge::Api& api, wasmedge::Result result, const Invocation& invocation,
                std::optional<uint64_t> fuel) {
  Ending ending;
  if (invocation.stop_reason() != StopReason::kNone) {
    ending.error = MakeStopError(invocation.stop_reason());
  } else if (invocation.failure()) {
    ending.error = *invocation.failure();
  } else if (invocation.exit_code()) {
    // WasmEdge reports a normal exit as success or as its own "terminated", depending on the
    // version line.
    ending.exited = true;
    ending.exit_code = *invocation.exit_code();
  } else if (fuel && api.ResultGetCode(result) == kCodeCostLimitExceeded) {
    ending.error = Error(ErrorCode::kLimit,
                         "The guest used up its fuel of " + std::to_string(*fuel) +
                             " instructions. Raise limits.fuel to allow more.",
                         "fuel");
  } else {
    ending.error = MakeRunError(api, result);
  }
  if (ending.error) ending.error = ending.error->At(TraceOf(invocation));
  return ending;
}

}  // namespace wasmedge_embed
