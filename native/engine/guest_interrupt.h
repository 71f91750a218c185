#pragma once

#include <csignal>

namespace wasmedge_embed {

/// The signal by which a guest is left that is to end early, as on a memory fault. `InterruptTimer`
/// sends it to a guest's thread.
class GuestInterrupt {
 public:
  GuestInterrupt() = delete;

  /// Once in a process: finds a real-time signal that nobody uses, and handles it. Throws
  /// `Error(kNativeLoad)` when there is none.
  static void Install();

  /// 0 before `Install`.
  static int signal() noexcept;

 private:
  static void OnSignal(int signal, siginfo_t* info, void* context);
};

}  // namespace wasmedge_embed
