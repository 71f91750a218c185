#include "engine/interrupt_timer.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "base/error.h"
#include "engine/guest_interrupt.h"

namespace wasmedge_embed {
namespace {

constexpr long kRepeatNanoseconds = 100'000;

}  // namespace

InterruptTimer::InterruptTimer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = GuestInterrupt::signal();
  // glibc has a name for this field only since 2.38.
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) {
    throw Error(
        ErrorCode::kLimit,
        std::string("The system does not allow another timer: ") + std::strerror(errno) + ".",
        "timers");
  }
}

InterruptTimer::~InterruptTimer() { timer_delete(timer_); }

void InterruptTimer::Arm(Invocation::Clock::time_point time) noexcept {
  using std::chrono::nanoseconds;
  const auto since_start = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(since_start / 1'000'000'000);
  when.it_value.tv_nsec = static_cast<long>(since_start % 1'000'000'000);
  when.it_interval.tv_nsec = kRepeatNanoseconds;
  timer_settime(timer_, TIMER_ABSTIME, &when, nullptr);
}

void InterruptTimer::Disarm() noexcept {
  const itimerspec never{};
  timer_settime(timer_, 0, &never, nullptr);
}

}  // namespace wasmedge_embed
