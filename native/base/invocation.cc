#include "base/invocation.h"

#include <ctime>

namespace wasmedge_embed {

void Invocation::WaitUntil(Clock::time_point wake) noexcept {
  const auto since_start = wake.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_start);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since_start - seconds);
  timespec until{};
  until.tv_sec = static_cast<time_t>(seconds.count());
  until.tv_nsec = static_cast<long>(rest.count());
  // The signal of a stop request (InterruptTimer) interrupts the sleep. It is repeated, so a
  // request between the check and the sleep is not missed.
  while (CheckStop() == StopReason::kNone &&
         clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

}  // namespace wasmedge_embed
