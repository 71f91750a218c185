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

/// Why an invocation is to end before its guest ends it.
enum class StopReason : int { kNone = 0, kTimeout, kAborted, kShutdown };

/// A call that a host function refused, or could not carry out: the guest was given an error
/// number.
struct InferenceFailure {
  /// The host function, after its module and a point.
  std::string function;
  uint32_t number;
  /// In words for people. Parts of it may come from a guest, as the name of a tensor does.
  std::string reason;
};

/// What the host modules of one invocation share: how a host function ended the guest, the request
/// to stop, and the time that went into inference. Made anew for each invocation and touched by its
/// thread alone, but for the request to stop, which comes from any thread or from a signal handler.
class Invocation {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMostInferenceFailures = 16;

  /// `exchange` is where its guest meets the embedder, if it may; it must outlive this.
  explicit Invocation(Clock::time_point deadline = Clock::time_point::max(),
                      HostExchange* exchange = nullptr)
      : deadline_(deadline), exchange_(exchange) {}
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  /// The guest called `proc_exit`: all 32 bits of its argument.
  void set_exit_code(uint32_t code) noexcept { exit_code_ = code; }
  std::optional<uint32_t> exit_code() const noexcept { return exit_code_; }

  /// A host function could not go on; the first failure is the one that is reported.
  void set_failure(Error failure) {
    if (!failure_) failure_ = std::move(failure);
  }
  const std::optional<Error>& failure() const noexcept { return failure_; }

  void add_inference_time(Clock::duration time) noexcept { inference_time_ += time; }
  Clock::duration inference_time() const noexcept { return inference_time_; }

  /// Remembers why a guest was given an error number, unless that was told often enough.
  void AddInferenceFailure(InferenceFailure failure) {
    if (inference_failures_.size() < kMostInferenceFailures) {
      inference_failures_.push_back(std::move(failure));
    }
  }
  /// The first of them, in order.
  std::vector<InferenceFailure> TakeInferenceFailures() noexcept {
    return std::exchange(inference_failures_, {});
  }

  Clock::time_point deadline() const noexcept { return deadline_; }
  HostExchange* exchange() const noexcept { return exchange_; }

  /// Asks the invocation to end; the first reason is the one that is reported. From any thread.
  void RequestStop(StopReason reason) noexcept {
    StopReason none = StopReason::kNone;
    stop_.compare_exchange_strong(none, reason);
  }

  /// Why to end, or `kNone`. Async-signal-safe.
  StopReason stop_reason() const noexcept { return stop_.load(std::memory_order_relaxed); }

  /// Like `stop_reason`, after a look at the clock. Async-signal-safe.
  StopReason CheckStop() noexcept {
    if (stop_reason() == StopReason::kNone && Clock::now() >= deadline_) {
      RequestStop(StopReason::kTimeout);
    }
    return stop_reason();
  }

  /// Blocks until `wake` or until the invocation is to end, whichever is first. Every host function
  /// that waits goes through here.
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
