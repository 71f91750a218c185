#include "engine/guest_interrupt.h"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <ctime>

#include "base/error.h"
#include "engine/guest_code.h"
#include "engine/guest_scope.h"
#include "workarounds/wasmedge_signals.h"

namespace wasmedge_embed {
namespace {

// Written once, before any guest runs.
std::atomic<int> the_signal{0};

/// Whether a timer can send the signal. QEMU, which runs containers for another processor, lets
/// programs install handlers for the last signals too, but has no host signals for them.
bool CanBeSent(int signal) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signal;
  timer_t timer{};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    timer_delete(timer);
    return true;
  }
  // A temporary lack of timers says nothing about the signal.
  return errno != EINVAL;
}

/// A signal that nothing in the process uses.
int FindFreeSignal() {
  for (int signal = SIGRTMAX - 1; signal > SIGRTMIN; --signal) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
        action.sa_handler == SIG_DFL && CanBeSent(signal)) {
      return signal;
    }
  }
  throw Error(ErrorCode::kNativeLoad, "All real-time signals of this process are in use.");
}

}  // namespace

void GuestInterrupt::Install() {
  const int signal = FindFreeSignal();
  struct sigaction action{};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  action.sa_sigaction = &OnSignal;
  sigaction(signal, &action, nullptr);
  the_signal.store(signal);
}

int GuestInterrupt::signal() noexcept { return the_signal.load(); }

void GuestInterrupt::OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  GuestScope* const guest = GuestScope::Current();
  if (guest != nullptr && !guest->is_in_host() &&
      (guest->stack_overflowed() || guest->invocation().CheckStop() != StopReason::kNone)) {
    if (!IsGuestCode(ProgramCounter(context))) {
      guest->LeaveOnReturn(context);
    } else {
      guest->NoteFrames(context);
      // The jump out of here does not restore the signal mask.
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, signal);
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
      WasmEdgeSignals::LeaveGuest(SIGSEGV, info, context);
    }
  }
  errno = saved_errno;
}

}  // namespace wasmedge_embed
