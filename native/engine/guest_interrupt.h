#pragma once

#include <csignal>

namespace wasmedge_embed {

/// The signal that stops a guest early, in the same way as a memory fault. `InterruptTimer` sends
/// it to a guest's thread.
class GuestInterrupt {
 public:
  GuestInterrupt() = delete;

  /// Once per process: finds an unused real-time signal and handles it. Throws `Error(kNativeLoad)`
  /// if there is none.
  static void Install();

  /// 0 before `Install`.
  static int signal() noexcept;

 private:
  static void OnSignal(int signal, siginfo_t* info, void* context);
};

}  // namespace wasmedge_embed
