#pragma once

#include <ctime>

#include "base/invocation.h"

namespace wasmedge_embed {

/// A kernel timer that sends the calling thread the interrupt signal: at a given time, and then
/// every tenth of a millisecond until it is disarmed, because a guest can only be left at an
/// instruction of its own code and may be in the engine or in a host function when the first signal
/// arrives.
class InterruptTimer {
 public:
  /// For the calling thread. Throws `Error(kLimit, "timers")` if the system refuses a timer.
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
