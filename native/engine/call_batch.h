#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

/// Calls of a kept instance's functions, one after another. The first that does not return ends the
/// instance, and the remaining ones are not made.
///
/// Results can be taken while further calls are in progress.
class CallBatch : public InstanceOperation {
 public:
  /// The request, as plain data.
  struct Calls {
    /// For each call, the index of the export to call.
    std::vector<uint32_t> functions;
    /// Raw bits of the arguments of all calls.
    std::vector<uint64_t> arguments;
    /// Standard input, shared by all calls.
    std::vector<uint8_t> stdin_bytes;
    /// Whether the guest's output is wanted.
    bool keeps_output = false;
    /// Whether the limits on fuel and output apply to all calls together.
    bool is_one = false;
  };

  /// What has not been taken yet.
  struct Progress {
    /// The number of calls that returned.
    size_t calls = 0;
    /// Raw bits of their results, call by call.
    std::vector<uint64_t> results;
    std::vector<uint8_t> stdout_bytes;
    std::vector<uint8_t> stderr_bytes;
  };

  /// Throws `Error(kInvalidArgument)` if functions and arguments do not fit the module.
  CallBatch(const Module& module, Calls calls);

  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error& reason) noexcept override;

  /// At any time, but on one thread only; with `is_end` once, after the batch has ended.
  Progress Take(bool is_end);

  // Valid once the batch has ended.

  /// How the last call ended if it did not return, or why further ones were not made.
  const Ending& ending() const noexcept { return ending_; }
  /// Whether the instance has ended as well.
  bool has_ended_instance() const noexcept { return has_ended_instance_; }
  Invocation::Clock::duration queue_time() const noexcept { return queue_time_; }
  Invocation::Clock::duration execute_time() const noexcept { return execute_time_; }
  Invocation::Clock::duration inference_time() const noexcept { return inference_time_; }
  /// The first reasons why host functions returned an error to the guest.
  const std::vector<InferenceFailure>& inference_failures() const noexcept {
    return inference_failures_;
  }

 protected:
  /// A call has returned. Called on the thread that makes the calls; others may follow.
  virtual void Progressed() noexcept = 0;
  /// The batch has ended. Called once, on any thread.
  virtual void Ended() noexcept = 0;

 private:
  bool CallAll(InstanceTurn& turn, Invocation& invocation);
  void Publish(WasiState& wasi, const Callee& callee);
  void KeepOutput(WasiState& wasi);

  Calls calls_;
  // Used by the thread that makes the calls.
  size_t next_ = 0;
  size_t next_argument_ = 0;
  bool has_begun_ = false;
  bool is_refused_ = false;
  /// Allocated in full from the start: one thread writes it while another reads what is published.
  std::vector<uint64_t> results_;
  /// The number of calls that have returned (high half), and of their results (low half).
  std::atomic<uint64_t> published_{0};
  /// Guards what follows, and makes output visible together with the call that wrote it.
  std::mutex output_mutex_;
  std::vector<uint8_t> stdout_bytes_;
  std::vector<uint8_t> stderr_bytes_;
  // Used by the thread that takes results.
  uint64_t taken_ = 0;

  Ending ending_;
  bool has_ended_instance_ = false;
  Invocation::Clock::duration queue_time_{0};
  Invocation::Clock::duration execute_time_{0};
  Invocation::Clock::duration inference_time_{0};
  std::vector<InferenceFailure> inference_failures_;
};

}  // namespace wasmedge_embed
