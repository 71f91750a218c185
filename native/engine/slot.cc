#include "engine/slot.h"

#include "engine/trap.h"
#include "wasi/wasi_module.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

// Room for some hundred thousand calls of an interpreted guest, as many as a compiled one has on
// its stack: the engine keeps frames and values in two vectors.
constexpr size_t kInterpreterStackBytes = size_t{16} << 20;
// What an element takes in a table that has just grown to twice its size.
constexpr size_t kElementBytes = 32;
// What a segment's instance takes for a byte of the module: a reference for an element's index.
constexpr size_t kSegmentBytes = 16;

constexpr uint32_t kCodeCostLimitExceeded = 0x0003;  // WasmEdge_ErrCode_CostLimitExceeded

}  // namespace

// What the caller reads is written in lib/runners/end-message.ts, for all isolations.
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

Slot::Slot(std::shared_ptr<const Module> module, const SlotOptions& options)
    : module_(std::move(module)),
      files_(options.files),
      limits_(options.limits),
      context_{module_->api()},
      wasi_nn_(options.models, options.inference, options.limits.inference),
      tensorflow_lite_(options.inference, options.limits.inference),
      image_(options.limits.image),
      wasi_instance_(context_, WasiModule(), wasi_),
      wasi_nn_instance_(context_, WasiNnModule(), wasi_nn_),
      tensorflow_lite_instance_(context_, TensorFlowLiteModule(), tensorflow_lite_) {
  const wasmedge::Api& api = module_->api();
  store_ = Own<StoreHandle>(api, api.StoreCreate());
  const ConfigureHandle configure = module_->MakeConfigure();
  api.SetMaxMemoryPages(configure.get(), limits_.memory_pages);
  // Also without a limit: code that was compiled to measure counts in any case.
  if (limits_.fuel || module_->is_aot()) {
    api.ConfigureStatisticsSetCostMeasuring(configure.get(), true);
    statistics_ = Own<StatisticsHandle>(api, api.StatisticsCreate());
  }
  executor_ = Own<ExecutorHandle>(api, api.ExecutorCreate(configure.get(), statistics_.get()));
  if (!module_->is_aot()) {
    interpreter_stop_.emplace(api, executor_.get(),
                              kInterpreterStackBytes + kElementBytes * module_->table_elements() +
                                  kSegmentBytes * module_->size());
  }
  if (options.host_modules.image) image_instance_.emplace(context_, ImageModule(), image_);
  for (const wasmedge::ModuleInstanceContext* host :
       {wasi_instance_.get(), wasi_nn_instance_.get(), tensorflow_lite_instance_.get(),
        image_instance_ ? image_instance_->get() : nullptr}) {
    if (host == nullptr) continue;
    const wasmedge::Result result = api.ExecutorRegisterImport(executor_.get(), store_.get(), host);
    if (!api.ResultOK(result)) throw MakeRunError(api, result);
  }
}

void Slot::InterruptInterpreter() noexcept {
  if (interpreter_stop_) interpreter_stop_->Request();
}

void Slot::ClearInterrupt() noexcept {
  if (interpreter_stop_) interpreter_stop_->Clear();
}

Outcome Slot::Run(Request request, Invocation& invocation, GuestStack& stack,
                  InterruptTimer& timer) {
  Outcome outcome;
  context_.invocation = &invocation;
  try {
    WasiInput input;
    input.args = std::move(request.args);
    input.env = std::move(request.env);
    input.stdin_bytes = std::move(request.stdin_bytes);
    input.files = files_;
    input.output_limit = limits_.output_bytes;
    wasi_.Reset(std::move(input));
    bool stack_overflowed = false;
    {
      const FaultGuard::GuestScope guest(stack, timer, invocation,
                                         interpreter_stop_ ? &*interpreter_stop_ : nullptr);
      Execute(request, outcome);
      stack_overflowed = guest.stack_overflowed();
    }
    // The request may have come too late for this guest; it must not stop the next one.
    if (stack_overflowed) ClearInterrupt();
    if (stack_overflowed && outcome.error && invocation.stop_reason() == StopReason::kNone) {
      outcome.error = Error(ErrorCode::kTrap, "The guest trapped: its call stack overflowed.",
                            "stack-overflow");
    }
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::bad_alloc&) {
    outcome.error = NotEnoughMemory(" for this invocation");
  }
  // Whatever way the invocation ended, its sessions and descriptors end with it.
  wasi_nn_.Reset();
  tensorflow_lite_.Reset();
  outcome.stdout_bytes = wasi_.TakeStdout();
  outcome.stderr_bytes = wasi_.TakeStderr();
  wasi_.Clear();
  outcome.inference_time = invocation.inference_time();
  context_.invocation = nullptr;
  return outcome;
}

void Slot::Execute(const Request& request, Outcome& outcome) {
  const wasmedge::Api& api = module_->api();
  if (statistics_) {
    api.StatisticsClear(statistics_.get());
    api.StatisticsSetCostLimit(statistics_.get(), limits_.fuel.value_or(UINT64_MAX));
  }
  const auto begin = Clock::now();
  std::optional<MemoryReservation> reservation;
  if (module_->memory_minimum()) reservation.emplace(*module_->memory_minimum());
  wasmedge::ModuleInstanceContext* created = nullptr;
  const wasmedge::Result instantiated =
      api.ExecutorInstantiate(executor_.get(), &created, store_.get(), module_->ast());
  const ModuleInstanceHandle instance(created, {&api});
  const auto ready = Clock::now();
  outcome.instantiate_time = ready - begin;
  // WasmEdge counts a guest that exited as a success, without an instance.
  if (!api.ResultOK(instantiated) || context_.invocation->exit_code()) {
    // A start function may have ended the guest in any of the ways that a run can end.
    Fail(instantiated, outcome);
    return;
  }

  if (!request.function) {
    Invoke(instance.get(), kStartFunction, {}, outcome);
  } else {
    // A reactor's constructors run before any other of its functions (WASI application ABI).
    if (*request.function != kInitializeFunction &&
        module_->FindExportedFunction(kInitializeFunction) != nullptr) {
      Invoke(instance.get(), kInitializeFunction, {}, outcome);
    }
    if (!outcome.error && !outcome.exited) {
      outcome.result = Invoke(instance.get(), *request.function, request.arguments, outcome);
    }
  }
  outcome.execute_time = Clock::now() - ready;
}

std::optional<uint64_t> Slot::Invoke(const wasmedge::ModuleInstanceContext* instance,
                                     const std::string& name,
                                     const std::vector<uint64_t>& arguments, Outcome& outcome) {
  const wasmedge::Api& api = module_->api();
  const wasmedge::FunctionInstanceContext* function =
      api.ModuleInstanceFindFunction(instance, wasmedge::MakeString(name));
  const Signature* signature = module_->FindExportedFunction(name);
  if (function == nullptr || signature == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "The module exports no function " + name + ".");
  }
  if (arguments.size() != signature->params.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                name + " takes " + std::to_string(signature->params.size()) + " arguments, not " +
                    std::to_string(arguments.size()) + ".");
  }
  // A reference among the results of what is compiled ends the process in WasmEdge 0.14.
  for (const ValueKind kind : signature->results) {
    if (IsNumber(kind)) continue;
    throw Error(ErrorCode::kInvalidArgument, name + " has the type " + signature->ToString() +
                                                 ": only numbers can be taken from a guest.");
  }
  std::vector<wasmedge::Value> params;
  for (size_t index = 0; index < arguments.size(); ++index) {
    params.push_back({arguments[index], MakeValueType(api, signature->params[index])});
  }
  std::vector<wasmedge::Value> results(signature->results.size());
  const wasmedge::Result result = CallGuest(function, params, results);
  if (!api.ResultOK(result) || context_.invocation->exit_code()) {
    Fail(result, outcome);
    return std::nullopt;
  }
  if (results.empty()) return std::nullopt;
  return static_cast<uint64_t>(results[0].bits);
}

wasmedge::Result Slot::CallGuest(const wasmedge::FunctionInstanceContext* function,
                                 const std::vector<wasmedge::Value>& params,
                                 std::vector<wasmedge::Value>& results) {
  return module_->api().ExecutorInvoke(executor_.get(), function, params.data(),
                                       static_cast<uint32_t>(params.size()), results.data(),
                                       static_cast<uint32_t>(results.size()));
}

void Slot::Fail(wasmedge::Result result, Outcome& outcome) const {
  const Invocation& invocation = *context_.invocation;
  if (invocation.stop_reason() != StopReason::kNone) {
    outcome.error = MakeStopError(invocation.stop_reason());
  } else if (invocation.failure()) {
    outcome.error = *invocation.failure();
  } else if (invocation.exit_code()) {
    // WasmEdge reports a quiet end as success or as its own "terminated", depending on the line.
    outcome.exited = true;
    outcome.exit_code = *invocation.exit_code();
  } else if (limits_.fuel && module_->api().ResultGetCode(result) == kCodeCostLimitExceeded) {
    outcome.error = Error(ErrorCode::kLimit,
                          "The guest used up its fuel of " + std::to_string(*limits_.fuel) +
                              " instructions. Raise limits.fuel if it may have more.",
                          "fuel");
  } else {
    outcome.error = MakeRunError(module_->api(), result);
  }
}

}  // namespace wasmedge_embed
