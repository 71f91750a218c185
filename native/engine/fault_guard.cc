#include "engine/fault_guard.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iterator>
#include <list>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/interpreter_stop.h"
#include "engine/interrupt_timer.h"
#include "workarounds/elf_slots.h"
#include "workarounds/guest_return.h"

namespace wasmedge_embed {
namespace {

using Handler = void (*)(int, siginfo_t*, void*);
using CodeRanges = std::vector<std::pair<uintptr_t, uintptr_t>>;
using GuestScope = FaultGuard::GuestScope;

constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE};

/// What the process had, and what WasmEdge would have installed. Written before any handler can
/// run, but for WasmEdge's, which it tells at its first guest.
struct State {
  struct sigaction previous[std::size(kFaults)]{};
  /// The host's code, sorted. The last version is in force; a handler may still read an earlier
  /// one, and each is smaller than the one before.
  std::list<CodeRanges> host_code_versions;
  std::atomic<const CodeRanges*> host_code{nullptr};
  std::mutex host_code_mutex;
  int interrupt_signal = 0;
  std::atomic<Handler> wasmedge_handler{nullptr};
};

State& Global() {
  static State state;
  return state;
}

// The guest that this thread runs. With the initial-exec model reading it in a signal handler
// allocates nothing.
__attribute__((tls_model("initial-exec"))) thread_local GuestScope* current_guest = nullptr;

thread_local bool is_compiling = false;

bool IsFault(int signal) {
  return std::find(std::begin(kFaults), std::end(kFaults), signal) != std::end(kFaults);
}

uintptr_t ProgramCounter(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<uintptr_t>(machine.pc);
#endif
}

/// Whether the address is compiled guest code. A guest's thread outside a host function runs only
/// that and code that was loaded when WasmEdge was.
bool IsGuestCode(uintptr_t address) noexcept {
  const CodeRanges& ranges = *Global().host_code.load();
  const auto above =
      std::upper_bound(ranges.begin(), ranges.end(), address,
                       [](uintptr_t value, const std::pair<uintptr_t, uintptr_t>& range) {
                         return value < range.first;
                       });
  return above == ranges.begin() || address >= std::prev(above)->second;
}

int CollectCode(dl_phdr_info* info, size_t, void* ranges) {
  for (int index = 0; index < info->dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[index];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    static_cast<CodeRanges*>(ranges)->emplace_back(begin, begin + segment.p_memsz);
  }
  return 0;
}

/// All code that is loaded, sorted.
CodeRanges LoadedCode() {
  CodeRanges ranges;
  dl_iterate_phdr(&CollectCode, &ranges);
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

// Stands in for libwasmedge's `sigaction`: it remembers the handler and installs nothing.
int RememberHandler(int signal, const struct sigaction* action, struct sigaction* old) {
  if (is_compiling) {
    if (old != nullptr) *old = {};
    return 0;
  }
  if (!IsFault(signal)) return sigaction(signal, action, old);
  if (action != nullptr) Global().wasmedge_handler.store(action->sa_sigaction);
  return 0;
}

// Stands in for libwasmedge's `signal`, with which it resets the handlers to SIG_DFL.
sighandler_t IgnoreReset(int signal, sighandler_t handler) {
  if (is_compiling) return SIG_DFL;
  return IsFault(signal) ? SIG_DFL : ::signal(signal, handler);
}

/// Leaves the guest as on a memory fault. Does not return.
void LeaveGuest(int signal, siginfo_t* info, void* context) {
  if (const Handler handler = Global().wasmedge_handler.load()) handler(signal, info, context);
}

/// What would have happened without this handler.
void CallPrevious(int signal, siginfo_t* info, void* context) {
  const auto index = std::find(std::begin(kFaults), std::end(kFaults), signal) - kFaults;
  const struct sigaction& previous = Global().previous[index];
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // A fault of the program comes again as soon as this returns, and then ends the process in the
    // default way; one that was sent has to be sent again.
    sigaction(signal, &previous, nullptr);
    if (info->si_code <= 0) raise(signal);
  }
}

/// LLVM is a library of its own beside libwasmedge or built into it.
void RedirectLlvm(void* wasmedge_library) {
  link_map* first = nullptr;
  if (dlinfo(wasmedge_library, RTLD_DI_LINKMAP, &first) != 0) return;
  while (first->l_prev != nullptr) first = first->l_prev;
  for (const link_map* each = first; each != nullptr; each = each->l_next) {
    if (std::strstr(each->l_name, "libLLVM") == nullptr) continue;
    // A reference that is never given back: the redirection stays as long as the process.
    void* library = dlopen(each->l_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    if (library == nullptr) continue;
    const ElfSlots slots(library);
    slots.Redirect("sigaction", reinterpret_cast<void*>(&RememberHandler));
    slots.Redirect("signal", reinterpret_cast<void*>(&IgnoreReset));
  }
}

/// Whether a timer can send the signal. QEMU, in which containers of another processor run, lets
/// programs install handlers of the last signals too, and has none of the system's for them.
bool CanBeSent(int signal) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signal;
  timer_t timer{};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    timer_delete(timer);
    return true;
  }
  // No more timers, for now, says nothing of the signal.
  return errno != EINVAL;
}

/// A signal that nobody in the process uses.
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

void FaultGuard::Install(void* wasmedge_library) {
  State& state = Global();
  const ElfSlots slots(wasmedge_library);
  const size_t redirected =
      std::min(slots.Redirect("sigaction", reinterpret_cast<void*>(&RememberHandler)),
               slots.Redirect("signal", reinterpret_cast<void*>(&IgnoreReset)));
  if (redirected == 0) {
    throw Error(ErrorCode::kNativeLoad,
                "This build of WasmEdge installs its signal handlers in a way that is not known "
                "here. Use Debian's package or the official release.");
  }
  // None where the C++ library is built in: then only time limits end such a guest.
  slots.Redirect("_Znwm", reinterpret_cast<void*>(&Allocate));
  RedirectLlvm(wasmedge_library);
  // A second attempt, after the first opened another library, must not chain to itself.
  if (state.interrupt_signal != 0) return;

  PrepareRedirection();
  state.host_code.store(&state.host_code_versions.emplace_back(LoadedCode()));
  state.interrupt_signal = FindFreeSignal();

  struct sigaction action{};
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  action.sa_sigaction = &OnInterrupt;
  sigaction(state.interrupt_signal, &action, nullptr);
  action.sa_sigaction = &OnFault;
  for (size_t index = 0; index < std::size(kFaults); ++index) {
    sigaction(kFaults[index], &action, &state.previous[index]);
  }
}

void FaultGuard::ForgetUnloadedCode() {
  State& state = Global();
  const CodeRanges loaded = LoadedCode();
  const std::lock_guard<std::mutex> lock(state.host_code_mutex);
  const CodeRanges& known = *state.host_code.load();
  CodeRanges kept;
  std::set_intersection(known.begin(), known.end(), loaded.begin(), loaded.end(),
                        std::back_inserter(kept));
  if (kept.size() == known.size()) return;
  state.host_code.store(&state.host_code_versions.emplace_back(std::move(kept)));
}

int FaultGuard::interrupt_signal() noexcept { return Global().interrupt_signal; }

void FaultGuard::OnFault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  GuestScope* guest = current_guest;
  // A signal that somebody sent is no fault of the guest that it happens to meet.
  const bool is_fault = info->si_code > 0;
  if (guest != nullptr && is_fault) {
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    const uintptr_t counter = ProgramCounter(context);
    const bool is_guest_code = !guest->in_host_ && IsGuestCode(counter);
    if (is_guest_code) {
      if (signal != SIGFPE && counter != guest->stack_.leave_address() &&
          guest->stack_.IsBelow(address)) {
        guest->stack_overflowed_ = 1;
      }
      LeaveGuest(signal, info, context);
    } else if (signal != SIGFPE && guest->stack_.OpenYellow(address)) {
      // Host code must be let finish: it may hold locks. The guest is left after that.
      guest->stack_overflowed_ = 1;
      // Otherwise the guest is left as soon as it is met in its own code.
      if (!LeaveGuestOnReturn(*guest, context)) guest->timer_.Arm(Invocation::Clock::now());
      errno = saved_errno;
      return;
    }
  }
  CallPrevious(signal, info, context);
  errno = saved_errno;
}

void FaultGuard::OnInterrupt(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  GuestScope* guest = current_guest;
  if (guest != nullptr && !guest->in_host_ &&
      (guest->stack_overflowed_ || guest->invocation_.CheckStop() != StopReason::kNone)) {
    if (!IsGuestCode(ProgramCounter(context))) {
      LeaveGuestOnReturn(*guest, context);
    } else {
      // The jump out of here does not restore the mask.
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, signal);
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
      LeaveGuest(SIGSEGV, info, context);
    }
  }
  errno = saved_errno;
}

// The engine's own code serves many of a guest's instructions (memory.fill, table.get and the
// like), and a guest that does little else is hardly ever met in its own.
bool FaultGuard::LeaveGuestOnReturn(const GuestScope& guest, void* context) {
  return guest.interpreter_ == nullptr && !guest.in_host_ &&
         RedirectReturnToGuest(context, &IsGuestCode, guest.stack_);
}

// Stands in for libwasmedge's `operator new`.
void* FaultGuard::Allocate(size_t size) {
  GuestScope* guest = current_guest;
  if (guest != nullptr && guest->interpreter_ != nullptr && !guest->in_host_ &&
      size > guest->interpreter_->largest_block()) {
    guest->stack_overflowed_ = 1;
    guest->interpreter_->Request();
  }
  return ::operator new(size);
}

FaultGuard::CompileScope::CompileScope() noexcept { is_compiling = true; }

FaultGuard::CompileScope::~CompileScope() { is_compiling = false; }

FaultGuard::GuestScope::GuestScope(GuestStack& stack, InterruptTimer& timer, Invocation& invocation,
                                   InterpreterStop* interpreter) noexcept
    : stack_(stack), timer_(timer), invocation_(invocation), interpreter_(interpreter) {
  current_guest = this;
}

FaultGuard::GuestScope::~GuestScope() {
  current_guest = nullptr;
  if (stack_overflowed_) timer_.Disarm();
  stack_.CloseYellow();
}

FaultGuard::HostScope::HostScope() noexcept : scope_(current_guest) {
  if (scope_ != nullptr) scope_->in_host_ = 1;
}

bool FaultGuard::HostScope::stack_overflowed() const noexcept {
  return scope_ != nullptr && scope_->stack_overflowed_;
}

FaultGuard::HostScope::~HostScope() {
  if (scope_ != nullptr) scope_->in_host_ = 0;
}

}  // namespace wasmedge_embed
