#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace wasmedge_embed {

/// Spins for a moment, waiting for something that another thread is about to do: sleeping and being
/// woken takes the kernel about 30 µs, longer if the processor has gone idle. Each failure makes it
/// spin less often, for example where processors are busy with other work. Used by one thread at a
/// time.
class Spinner {
 public:
  using Clock = std::chrono::steady_clock;

  /// Returns whether it is ready. `most` is the longest time to spin.
  template <typename IsReady>
  bool Spin(IsReady is_ready, Clock::duration most) {
    // With a single processor, spinning keeps the other thread from running.
    static const bool is_alone = std::thread::hardware_concurrency() < 2;
    if (is_alone) return is_ready();
    if (left_out_ > 0) {
      --left_out_;
      return is_ready();
    }
    const bool is_of_use = WaitInPlace(is_ready, most);
    failures_ = is_of_use ? std::max(failures_, 1U) - 1 : std::min(failures_ + 1, kMostFailures);
    left_out_ = (1U << failures_) - 1;
    return is_of_use;
  }

 private:
  /// After this many failures it spins only once in 64 times.
  static constexpr uint32_t kMostFailures = 6;

  template <typename IsReady>
  static bool WaitInPlace(IsReady is_ready, Clock::duration most) {
    constexpr int kLooksForOneAtTheClock = 16;
    const auto end = Clock::now() + most;
    do {
      for (int look = 0; look < kLooksForOneAtTheClock; ++look) {
        if (is_ready()) return true;
        RelaxProcessor();
      }
    } while (Clock::now() < end);
    return is_ready();
  }

  static void RelaxProcessor() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  uint32_t failures_ = 0;
  uint32_t left_out_ = 0;
};

}  // namespace wasmedge_embed
