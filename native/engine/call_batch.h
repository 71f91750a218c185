#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

/// Calls of a kept instance's functions, one after the other. The first that does not return ends
/// the instance, and those after it are not made.
///
/// Results can be taken while further calls are made.
class CallBatch : public InstanceOperation {
 public:
  /// What was asked for. Plain data.
  struct Calls {
    /// For each call the number of the export that is called.
    std::vector<uint32_t> functions;
    /// Raw bits of the arguments of all calls.
    std::vector<uint64_t> arguments;
    /// What the guest reads from its standard input, all calls together.
    std::vector<uint8_t> stdin_bytes;
    /// Whether anybody wants what the guest writes.
    bool keeps_output = false;
    /// Whether fuel and output are limited for all calls together.
    bool is_one = false;
  };

  /// What was not taken before.
  struct Progress {
    /// Calls that returned.
    size_t calls = 0;
    /// Raw bits of their results, one call's after the other's.
    std::vector<uint64_t> results;
    std::vector<uint8_t> stdout_bytes;
    std::vector<uint8_t> stderr_bytes;
  };

  /// Throws `Error(kInvalidArgument)` where functions and arguments do not fit the module.
  CallBatch(const Module& module, Calls calls);

  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error& reason) noexcept override;

  /// On one thread, at any time; with `is_end` once, when it has ended.
  Progress Take(bool is_end);

  // Good when it has ended.

  /// How the call ended that was the last, where it did not return, or why further ones were not
  /// made.
  const Ending& ending() const noexcept { return ending_; }
  /// Whether the instance has ended with it.
  bool has_ended_instance() const noexcept { return has_ended_instance_; }
  Invocation::Clock::duration queue_time() const noexcept { return queue_time_; }
  Invocation::Clock::duration execute_time() const noexcept { return execute_time_; }
  Invocation::Clock::duration inference_time() const noexcept { return inference_time_; }
  /// Why host functions refused something: the first that did.
  const std::vector<InferenceFailure>& inference_failures() const noexcept {
    return inference_failures_;
  }

 protected:
  /// A call has returned, on the thread that makes them; others may follow.
  virtual void Progressed() noexcept = 0;
  /// It has ended. On whatever thread, once.
  virtual void Ended() noexcept = 0;

 private:
  bool CallAll(InstanceTurn& turn, Invocation& invocation);
  void Publish(WasiState& wasi, const Callee& callee);
  void KeepOutput(WasiState& wasi);

  Calls calls_;
  // Of the thread that makes the calls.
  size_t next_ = 0;
  size_t next_argument_ = 0;
  bool has_begun_ = false;
  bool is_refused_ = false;
  /// Of full size from the beginning: one thread writes it while another reads what is published.
  std::vector<uint64_t> results_;
  /// How many calls have returned (high half), and how many results they have (low half).
  std::atomic<uint64_t> published_{0};
  /// Guards what follows, and that output is there with the call that wrote it.
  std::mutex output_mutex_;
  std::vector<uint8_t> stdout_bytes_;
  std::vector<uint8_t> stderr_bytes_;
  // Of the thread that takes.
  uint64_t taken_ = 0;

  Ending ending_;
  bool has_ended_instance_ = false;
  Invocation::Clock::duration queue_time_{0};
  Invocation::Clock::duration execute_time_{0};
  Invocation::Clock::duration inference_time_{0};
  std::vector<InferenceFailure> inference_failures_;
};

}  // namespace wasmedge_embed
