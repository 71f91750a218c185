#include "engine/call_batch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

/// When calls count as one, JavaScript is notified before all have ended, so that it takes results
/// while further calls are made.
constexpr uint64_t kToldTogether = 16'384;

constexpr int kHalf = 32;
constexpr uint64_t kLowHalf = 0xffff'ffff;

void Append(std::vector<uint8_t> from, std::vector<uint8_t>& to) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    // GCC 14 warns about the empty range that `insert` makes room for.
    const size_t size = to.size();
    to.resize(size + from.size());
    std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

}  // namespace

CallBatch::CallBatch(const Module& module, Calls calls) : calls_(std::move(calls)) {
  const std::vector<ExternalDescription>& exports = module.exports();
  uint64_t arguments = 0;
  uint64_t results = 0;
  for (const uint32_t function : calls_.functions) {
    if (function >= exports.size() || !exports[function].signature) {
      throw Error(ErrorCode::kInvalidArgument, "The module exports no such function.");
    }
    arguments += exports[function].signature->params.size();
    results += exports[function].signature->results.size();
  }
  if (calls_.functions.size() > kLowHalf || results > kLowHalf ||
      arguments != calls_.arguments.size()) {
    throw Error(ErrorCode::kInvalidArgument, "The functions and their arguments do not match.");
  }
  results_.resize(results);
}

bool CallBatch::Work(InstanceTurn& turn, Invocation& invocation) noexcept {
  const auto begin = Clock::now();
  KeptInstance& instance = turn.instance();
  WasiState& wasi = instance.hosts().wasi();
  if (!has_begun_) {
    queue_time_ = begin - submitted();
    wasi.SetInput(std::move(calls_.stdin_bytes));
  }
  bool is_complete = false;
  wasi.EnterThread();
  turn.slot().RunGuest(instance.hosts(), invocation, ending_,
                       [&] { is_complete = CallAll(turn, invocation); });
  wasi.LeaveThread();
  is_complete = is_complete || !ending_.is_normal();
  execute_time_ += Clock::now() - begin;
  inference_time_ += invocation.inference_time();
  if (inference_failures_.empty()) inference_failures_ = invocation.TakeInferenceFailures();
  if (!is_complete) return false;
  {
    // Results of earlier calls may be taken at the same time.
    const std::lock_guard<std::mutex> lock(output_mutex_);
    KeepOutput(wasi);
  }
  wasi.SetInput({});
  // A batch that was stopped before it began is refused.
  has_ended_instance_ = !ending_.is_normal() && !is_refused_;
  if (has_ended_instance_) instance.End();
  Ended();
  return true;
}

void CallBatch::Refuse(const Error& reason) noexcept {
  ending_.error = reason;
  Ended();
}

/// Returns whether all calls have been made, or no more will be.
bool CallBatch::CallAll(InstanceTurn& turn, Invocation& invocation) {
  Executor& executor = turn.slot().executor();
  const bool is_fuel_shared = calls_.is_one && executor.fuel();
  if (!is_fuel_shared || !has_begun_) executor.Refuel();
  has_begun_ = true;
  bool is_first = true;
  // Reading the clock costs a tenth of a small call, so it is skipped if there is no deadline.
  const bool is_timed = invocation.deadline() != Clock::time_point::max();
  for (; next_ < calls_.functions.size(); ++next_) {
    // If all calls share one fuel limit, a single thread makes them.
    if (!is_first && !is_fuel_shared && turn.IsOver()) return false;
    const StopReason stop = is_timed ? invocation.CheckStop() : invocation.stop_reason();
    if (stop != StopReason::kNone) {
      is_refused_ = true;
      ending_.error = MakeStopError(stop);
      return true;
    }
    if (!is_first && !calls_.is_one && executor.fuel()) executor.Refuel();
    is_first = false;
    Callee& callee = turn.instance().Find(calls_.functions[next_]);
    for (wasmedge::Value& param : callee.params) param.bits = calls_.arguments[next_argument_++];
    turn.instance().instance().Call(callee, executor, invocation, ending_);
    if (!ending_.is_normal()) return true;
    Publish(turn.instance().hosts().wasi(), callee);
  }
  return true;
}

void CallBatch::Publish(WasiState& wasi, const Callee& callee) {
  std::unique_lock<std::mutex> lock(output_mutex_, std::defer_lock);
  if (!calls_.is_one) {
    if (calls_.keeps_output) lock.lock();
    KeepOutput(wasi);
  }
  const uint64_t published = published_.load(std::memory_order_relaxed);
  uint64_t* const results = results_.data() + (published & kLowHalf);
  std::transform(callee.results.begin(), callee.results.end(), results,
                 [](const wasmedge::Value& value) { return static_cast<uint64_t>(value.bits); });
  published_.store(published + (uint64_t{1} << kHalf) + callee.results.size(),
                   std::memory_order_release);
  if (lock.owns_lock()) lock.unlock();
  // The end is reported in any case.
  const bool is_last = next_ + 1 == calls_.functions.size();
  if (is_last || (calls_.is_one && (next_ + 1) % kToldTogether != 0)) return;
  Progressed();
}

void CallBatch::KeepOutput(WasiState& wasi) {
  if (!wasi.has_output()) return;
  std::vector<uint8_t> out = wasi.TakeStdout();
  std::vector<uint8_t> err = wasi.TakeStderr();
  if (!calls_.keeps_output) return;
  Append(std::move(out), stdout_bytes_);
  Append(std::move(err), stderr_bytes_);
}

CallBatch::Progress CallBatch::Take(bool is_end) {
  Progress progress;
  std::unique_lock<std::mutex> lock(output_mutex_, std::defer_lock);
  if (calls_.keeps_output) lock.lock();
  const uint64_t published = published_.load(std::memory_order_acquire);
  progress.calls = (published >> kHalf) - (taken_ >> kHalf);
  progress.results.assign(results_.begin() + static_cast<ptrdiff_t>(taken_ & kLowHalf),
                          results_.begin() + static_cast<ptrdiff_t>(published & kLowHalf));
  // The output of calls that count as one is available when they end.
  if (is_end || !calls_.is_one) {
    progress.stdout_bytes = std::exchange(stdout_bytes_, {});
    progress.stderr_bytes = std::exchange(stderr_bytes_, {});
  }
  taken_ = published;
  return progress;
}

}  // namespace wasmedge_embed
