#include "engine/slot.h"

#include <algorithm>
#include <utility>

#include "engine/guest_scope.h"
#include "engine/trap.h"

namespace wasmedge_embed {

using Clock = Invocation::Clock;

Slot::Slot(std::shared_ptr<const Module> module, const GuestOptions& options, GuestStack& stack)
    : stack_(stack),
      snapshot_bytes_(options.limits.snapshot_bytes),
      executor_(std::move(module), options.limits),
      hosts_(executor_.module(), options, executor_.get()) {}

void Slot::Interrupt() noexcept {
  timer_.Arm(Clock::now());
  executor_.Interrupt();
}

Outcome Slot::Run(Request request, Invocation& invocation) {
  Outcome outcome;
  try {
    hosts_.Begin(std::move(request.input));
    RunGuest(hosts_, invocation, outcome, [&] { Execute(request, invocation, outcome); });
    if (!outcome.error) outcome.files = hosts_.wasi().CollectFiles();
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::bad_alloc&) {
    outcome.error = NotEnoughMemory(" for this invocation");
  }
  outcome.stdout_bytes = hosts_.wasi().TakeStdout();
  outcome.stderr_bytes = hosts_.wasi().TakeStderr();
  // Whatever way the invocation ended, its sessions and descriptors end with it.
  hosts_.End();
  outcome.inference_time = invocation.inference_time();
  outcome.inference_failures = invocation.TakeInferenceFailures();
  return outcome;
}

void Slot::RunGuest(HostModuleSet& hosts, Invocation& invocation, Ending& ending,
                    const std::function<void()>& body) {
  const HostModuleSet::InvocationScope scope(hosts, invocation);
  bool stack_overflowed = false;
  {
    GuestScope guest(stack_, timer_, invocation, executor_.interpreter_stop(),
                     executor_.module().compiled_code());
    try {
      body();
    } catch (const Error& error) {
      ending.error = error;
    } catch (const std::bad_alloc&) {
      ending.error = NotEnoughMemory(" for this invocation");
    }
    stack_overflowed = guest.stack_overflowed();
  }
  // The request may have come too late for this guest; it must not stop the next one.
  if (stack_overflowed) ClearInterrupt();
  if (stack_overflowed && ending.error && invocation.stop_reason() == StopReason::kNone) {
    ending.error = StackOverflowError().At(ending.error->trace());
  }
}

void Slot::Execute(const Request& request, Invocation& invocation, Outcome& outcome) {
  executor_.Refuel();
  const auto begin = Clock::now();
  GuestInstance instance(executor_.module(), hosts_);
  instance.Instantiate(executor_, invocation, outcome);
  const auto ready = Clock::now();
  outcome.instantiate_time = ready - begin;
  if (!outcome.is_normal()) return;

  Callee callee =
      instance.Find(request.function.value_or(kStartFunction), request.arguments.size());
  if (request.function && *request.function != kInitializeFunction) {
    instance.Construct(executor_, invocation, outcome);
  }
  if (outcome.is_normal()) {
    for (size_t index = 0; index < request.arguments.size(); ++index) {
      callee.params[index].bits = request.arguments[index];
    }
    instance.Call(callee, executor_, invocation, outcome);
    if (outcome.is_normal()) {
      outcome.results.resize(callee.results.size());
      std::transform(
          callee.results.begin(), callee.results.end(), outcome.results.begin(),
          [](const wasmedge::Value& value) { return static_cast<uint64_t>(value.bits); });
    }
    if (outcome.is_normal() && request.takes_snapshot) {
      // It looks at the guest from outside: no fault there is the guest's.
      const HostScope host;
      hosts_.RequireNothingHeld();
      outcome.snapshot =
          TakeSnapshot(executor_.module(), instance.get(), snapshot_bytes_, [&invocation] {
            const StopReason reason = invocation.CheckStop();
            if (reason != StopReason::kNone) throw MakeStopError(reason);
          });
    }
  }
  outcome.execute_time = Clock::now() - ready;
}

}  // namespace wasmedge_embed
