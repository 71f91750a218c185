#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/error.h"

namespace wasmedge_embed {

/// What the host modules of one invocation share: how a host function ended the guest, and the time
/// that went into inference. Made anew for each invocation and touched by its thread alone.
class Invocation {
 public:
  using Clock = std::chrono::steady_clock;

  Invocation() = default;
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

  /// Blocks until `deadline`. Every host function that waits goes through here.
  void WaitUntil(Clock::time_point deadline);

 private:
  std::optional<uint32_t> exit_code_;
  std::optional<Error> failure_;
  Clock::duration inference_time_{0};
};

}  // namespace wasmedge_embed
