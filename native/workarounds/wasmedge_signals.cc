#include "workarounds/wasmedge_signals.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "base/error.h"
#include "workarounds/elf_slots.h"
#include "workarounds/llvm_signals.h"

namespace wasmedge_embed {
namespace {

using Handler = void (*)(int, siginfo_t*, void*);

// Set when WasmEdge runs its first guest.
std::atomic<Handler> wasmedge_handler{nullptr};

/// Whether LLVM, inside the library, is trying to set a handler.
bool IsOfCompiler() {
  return IsInForce(Workaround::kLlvmSignals) && LlvmSignals::Scope::Current() != nullptr;
}

// Stands in for `sigaction`: records the handler and installs nothing.
int RememberHandler(int signal, const struct sigaction* action, struct sigaction* old) {
  if (IsOfCompiler()) {
    if (old != nullptr) *old = {};
    return 0;
  }
  if (!WasmEdgeSignals::IsFault(signal)) return sigaction(signal, action, old);
  if (action != nullptr) wasmedge_handler.store(action->sa_sigaction);
  return 0;
}

// Stands in for `signal`, with which WasmEdge resets the handlers to SIG_DFL.
sighandler_t IgnoreReset(int signal, sighandler_t handler) {
  if (IsOfCompiler()) return SIG_DFL;
  return WasmEdgeSignals::IsFault(signal) ? SIG_DFL : ::signal(signal, handler);
}

}  // namespace

void WasmEdgeSignals::Install(void* wasmedge_library) {
  const ElfSlots slots(wasmedge_library);
  const size_t redirected =
      std::min(slots.Redirect("sigaction", reinterpret_cast<void*>(&RememberHandler)),
               slots.Redirect("signal", reinterpret_cast<void*>(&IgnoreReset)));
  if (redirected != 0) return;
  throw Error(ErrorCode::kNativeLoad,
              "This build of WasmEdge installs its signal handlers in a way that is not known "
              "here. Use Debian's package or the official release.");
}

void WasmEdgeSignals::LeaveGuest(int signal, siginfo_t* info, void* context) {
  if (const Handler handler = wasmedge_handler.load()) handler(signal, info, context);
}

}  // namespace wasmedge_embed
