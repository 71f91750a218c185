#pragma once

#include <ctime>

#include "base/invocation.h"

namespace wasmedge_embed {

/// A timer of the kernel that sends the calling thread the interrupt signal: at a time, and then
/// every tenth of a millisecond until it is disarmed, because a guest can only be left at an
/// instruction of its own code and may be in the engine or in a host function when the first signal
/// comes.
class InterruptTimer {
 public:
  /// For the calling thread. Throws `Error(kLimit, "timers")` when the system refuses one.
  InterruptTimer();
  ~InterruptTimer();
  InterruptTimer(const InterruptTimer&) = delete;
  InterruptTimer& operator=(const InterruptTimer&) = delete;

  /// From any thread.
  void Arm(Invocation::Clock::time_point time) noexcept;
  void Disarm() noexcept;

 private:
  timer_t timer_{};
};

}  // namespace wasmedge_embed
