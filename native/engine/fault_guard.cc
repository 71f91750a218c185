#include "engine/fault_guard.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "engine/guest_code.h"
#include "engine/guest_scope.h"
#include "workarounds/wasmedge_signals.h"

namespace wasmedge_embed {
namespace {

constexpr auto& kFaults = WasmEdgeSignals::kFaults;

// The previous handlers. Written before ours can run.
struct sigaction previous_actions[std::size(kFaults)];

/// Does what would have happened without our handler.
void CallPrevious(int signal, siginfo_t* info, void* context) {
  const auto index = std::find(std::begin(kFaults), std::end(kFaults), signal) - kFaults;
  const struct sigaction& previous = previous_actions[index];
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // A fault of the program recurs as soon as this returns, and then ends the process in the
    // default way; a signal that was sent must be sent again.
    sigaction(signal, &previous, nullptr);
    if (info->si_code <= 0) raise(signal);
  }
}

}  // namespace

void FaultGuard::Install() {
  struct sigaction action{};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  action.sa_sigaction = &OnFault;
  for (size_t index = 0; index < std::size(kFaults); ++index) {
    sigaction(kFaults[index], &action, &previous_actions[index]);
  }
}

void FaultGuard::OnFault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  GuestScope* const guest = GuestScope::Current();
  // A signal that somebody sent is not a fault of the guest that it happens to interrupt.
  if (guest != nullptr && info->si_code > 0) {
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    const uintptr_t counter = ProgramCounter(context);
    if (!guest->is_in_host() && IsGuestCode(counter)) {
      if (signal != SIGFPE) guest->NoteGuestFault(counter, address);
      guest->NoteFrames(context);
      WasmEdgeSignals::LeaveGuest(signal, info, context);
    } else if (signal != SIGFPE && guest->ExtendStack(address, context)) {
      errno = saved_errno;
      return;
    }
  }
  CallPrevious(signal, info, context);
  errno = saved_errno;
}

}  // namespace wasmedge_embed
