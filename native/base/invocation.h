#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace wasmedge_embed {

class HostExchange;

/// Why an invocation is to end before its guest does.
enum class StopReason : int { kNone = 0, kTimeout, kAborted, kShutdown };

/// A call that a host function rejected or could not carry out; the guest got an error number.
struct InferenceFailure {
  /// "MODULE.FUNCTION".
  std::string function;
  uint32_t number;
  /// For people. Parts may come from a guest, such as the name of a tensor.
  std::string reason;
};

/// State that the host modules share during one invocation: how a host function ended the guest,
/// the stop request, and the time spent on inference. Created for each invocation and used by its
/// thread alone, except for the stop request, which may come from any thread or a signal handler.
class Invocation {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMostInferenceFailures = 16;

  /// `exchange` connects the guest with the embedder, if it has any imports from it; it must
  /// outlive this.
  explicit Invocation(Clock::time_point deadline = Clock::time_point::max(),
                      HostExchange* exchange = nullptr)
      : deadline_(deadline), exchange_(exchange) {}
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  /// The guest called `proc_exit` with this argument, all 32 bits of it.
  void set_exit_code(uint32_t code) noexcept { exit_code_ = code; }
  std::optional<uint32_t> exit_code() const noexcept { return exit_code_; }

  /// A host function could not continue. Only the first failure is reported.
  void set_failure(Error failure) {
    if (!failure_) failure_ = std::move(failure);
  }
  const std::optional<Error>& failure() const noexcept { return failure_; }

  void add_inference_time(Clock::duration time) noexcept { inference_time_ += time; }
  Clock::duration inference_time() const noexcept { return inference_time_; }

  /// Records why a guest got an error number, up to a maximum number of times.
  void AddInferenceFailure(InferenceFailure failure) {
    if (inference_failures_.size() < kMostInferenceFailures) {
      inference_failures_.push_back(std::move(failure));
    }
  }
  /// The recorded failures, in order.
  std::vector<InferenceFailure> TakeInferenceFailures() noexcept {
    return std::exchange(inference_failures_, {});
  }

  Clock::time_point deadline() const noexcept { return deadline_; }
  HostExchange* exchange() const noexcept { return exchange_; }

  /// Asks the invocation to end. Only the first reason is reported. From any thread.
  void RequestStop(StopReason reason) noexcept {
    StopReason none = StopReason::kNone;
    stop_.compare_exchange_strong(none, reason);
  }

  /// The reason to end, or `kNone`. Async-signal-safe.
  StopReason stop_reason() const noexcept { return stop_.load(std::memory_order_relaxed); }

  /// Like `stop_reason`, but also checks the deadline. Async-signal-safe.
  StopReason CheckStop() noexcept {
    if (stop_reason() == StopReason::kNone && Clock::now() >= deadline_) {
      RequestStop(StopReason::kTimeout);
    }
    return stop_reason();
  }

  /// Blocks until `wake` or until the invocation is to end, whichever comes first. Every host
  /// function that waits uses this.
  void WaitUntil(Clock::time_point wake) noexcept;

 private:
  const Clock::time_point deadline_;
  HostExchange* const exchange_;
  std::atomic<StopReason> stop_{StopReason::kNone};
  std::optional<uint32_t> exit_code_;
  std::optional<Error> failure_;
  Clock::duration inference_time_{0};
  std::vector<InferenceFailure> inference_failures_;
};

}  // namespace wasmedge_embed
