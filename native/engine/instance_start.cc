#include "engine/instance_start.h"

#include <utility>

namespace wasmedge_embed {

using Clock = Invocation::Clock;

bool InstanceStart::Work(InstanceTurn& turn, Invocation& invocation) noexcept {
  const auto begin = Clock::now();
  queue_time_ = begin - submitted();
  KeptInstance& instance = turn.instance();
  try {
    Executor& executor = turn.slot().executor();
    HostModuleSet& hosts = instance.MakeHosts(executor);
    GuestInput input;
    input.args = std::move(args_);
    input.env = std::move(env_);
    hosts.Begin(std::move(input), invocation);
    executor.Refuel();
    turn.slot().RunGuest(hosts, invocation, outcome_,
                         [&] { instance.Start(executor, invocation, outcome_); });
    hosts.wasi().LeaveThread();
    outcome_.stdout_bytes = hosts.wasi().TakeStdout();
    outcome_.stderr_bytes = hosts.wasi().TakeStderr();
  } catch (const Error& error) {
    outcome_.error = error;
  } catch (const std::bad_alloc&) {
    outcome_.error = NotEnoughMemory(" for this instance");
  }
  outcome_.instantiate_time = Clock::now() - begin;
  outcome_.inference_time = invocation.inference_time();
  if (!outcome_.is_normal()) instance.End();
  Ended();
  return true;
}

void InstanceStart::Refuse(const Error& reason) noexcept {
  outcome_.error = reason;
  Ended();
}

bool InstanceEnd::Work(InstanceTurn& turn, Invocation&) noexcept {
  turn.instance().End();
  Ended();
  return true;
}

}  // namespace wasmedge_embed
