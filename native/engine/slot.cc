#include "engine/slot.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "engine/guest_scope.h"
#include "engine/trap.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed {
namespace {

/// After this many, the module's guests are assumed to leave instances that cannot be reset.
constexpr unsigned kMostFailedRenewals = 3;

}  // namespace

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
    hosts_.Begin(std::move(request.input), invocation);
    RunGuest(hosts_, invocation, outcome, [&] { Execute(request, invocation, outcome); });
    if (!outcome.error) outcome.files = hosts_.wasi().CollectFiles();
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::bad_alloc&) {
    outcome.error = NotEnoughMemory(" for this invocation");
  }
  outcome.stdout_bytes = hosts_.wasi().TakeStdout();
  outcome.stderr_bytes = hosts_.wasi().TakeStderr();
  // However the invocation ended, its sessions and descriptors end with it.
  hosts_.End();
  // Others may need the address space before this thread becomes idle.
  if (MemoryReservation::AreScarce()) DropInstance();
  outcome.inference_time = invocation.inference_time();
  outcome.inference_failures = invocation.TakeInferenceFailures();
  return outcome;
}

void Slot::Rest(bool makes_another) noexcept {
  if (is_next_) return;
  is_next_ = RenewInstance();
  if (is_next_) return;
  DropInstance();
  // With a fuel limit, the instructions of instantiation count as well.
  if (!makes_another || executor_.fuel() || !executor_.module().can_be_made_ahead() ||
      MemoryReservation::AreScarce()) {
    return;
  }
  try {
    Invocation invocation;
    Ending ending;
    RunGuest(hosts_, invocation, ending, [&] { MakeInstance(invocation, ending); });
    is_next_ = ending.is_normal();
  } catch (const std::exception&) {
    // There is no memory for it now. The next run will need it and report that.
  }
  if (!is_next_) DropInstance();
}

void Slot::ReleaseStack() noexcept {
  has_used_up_stack_ = false;
  stack_.Release();
}

void Slot::Relax() noexcept {
  ReleaseStack();
  if (HasRenewed()) {
    is_next_ = false;
    is_whole_ = false;
    // Guests of some clients may leave state that others do not.
    failed_renewals_ = 0;
    Rest(true);
  }
  // Making an instance takes little of it.
  has_used_stack_ = false;
}

bool Slot::RenewInstance() noexcept {
  if (!is_whole_ || renewal_ == nullptr) return false;
  bool is_new = false;
  try {
    is_new = renewal_->Renew();
  } catch (const std::bad_alloc&) {
    // Another one will need memory as well and report that.
  }
  failed_renewals_ = is_new ? 0 : failed_renewals_ + 1;
  return is_new;
}

void Slot::DropInstance() noexcept {
  renewal_.reset();
  instance_.reset();
  is_next_ = false;
  is_whole_ = false;
}

void Slot::RunGuest(HostModuleSet& hosts, Invocation& invocation, Ending& ending,
                    const std::function<void()>& body) {
  const HostModuleSet::InvocationScope scope(hosts, invocation);
  has_used_stack_ = true;
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
  if (stack_overflowed) {
    // The request may have come too late for this guest; it must not stop the next one.
    ClearInterrupt();
    has_used_up_stack_ = true;
  }
  if (stack_overflowed && ending.error && invocation.stop_reason() == StopReason::kNone) {
    ending.error = StackOverflowError().At(ending.error->trace());
  }
}

void Slot::MakeInstance(Invocation& invocation, Ending& ending) {
  DropInstance();
  instance_.emplace(executor_.module(), hosts_);
  instance_->Instantiate(executor_, invocation, ending);
  const bool is_worth_it = !executor_.fuel() && failed_renewals_ < kMostFailedRenewals;
  if (!ending.is_normal() || !is_worth_it || MemoryReservation::AreScarce()) return;
  // This inspects the guest from outside.
  const HostScope host;
  try {
    renewal_ = InstanceRenewal::Of(executor_.module(), instance_->get());
  } catch (const std::bad_alloc&) {
    // The run itself does not need it.
  }
}

void Slot::Execute(const Request& request, Invocation& invocation, Outcome& outcome) {
  is_whole_ = false;
  executor_.Refuel();
  const auto begin = Clock::now();
  outcome.stage = Stage::kInstantiation;
  if (!std::exchange(is_next_, false)) MakeInstance(invocation, outcome);
  const auto ready = Clock::now();
  outcome.instantiate_time = ready - begin;
  if (!outcome.is_normal()) return;

  GuestInstance& instance = *instance_;
  Callee callee =
      instance.Find(request.function.value_or(kStartFunction), request.arguments.size());
  if (request.function && *request.function != kInitializeFunction) {
    outcome.stage = Stage::kConstructors;
    instance.Construct(executor_, invocation, outcome);
  }
  if (outcome.is_normal()) {
    outcome.stage = Stage::kFunction;
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
      // This inspects the guest from outside: a fault here is not the guest's.
      const HostScope host;
      outcome.stage = Stage::kSnapshot;
      hosts_.RequireNothingHeld();
      outcome.snapshot =
          TakeSnapshot(executor_.module(), instance.get(), snapshot_bytes_, [&invocation] {
            const StopReason reason = invocation.CheckStop();
            if (reason != StopReason::kNone) throw MakeStopError(reason);
          });
    }
  }
  outcome.execute_time = Clock::now() - ready;
  is_whole_ = !outcome.error && !request.takes_snapshot;
}

}  // namespace wasmedge_embed
