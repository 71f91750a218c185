#include "engine/guest_return.h"

#include <ucontext.h>
#include <unwind.h>

namespace wasmedge_embed {
namespace {

struct Search {
  bool (*is_guest_code)(uintptr_t);
  /// The address in the guest to which host code returns; 0 while it is not found.
  uintptr_t address = 0;
  /// What the stack pointer will be after that return.
  uintptr_t stack_pointer = 0;
};

// Called for every frame from the signal handler's own outwards. All host code has unwind tables,
// also for frames that a signal interrupted, so each frame up to the guest's is exact.
_Unwind_Reason_Code VisitFrame(_Unwind_Context* frame, void* argument) {
  auto* search = static_cast<Search*>(argument);
  int is_interrupted = 0;
  const uintptr_t address = _Unwind_GetIPInfo(frame, &is_interrupted);
  if (!search->is_guest_code(address)) return _URC_NO_REASON;
  // A guest that a signal interrupted (its own fault, whose handler this one interrupts) has called
  // nobody: what lies below its stack pointer is no address of a return, or not there at all.
  if (is_interrupted != 0) return _URC_NORMAL_STOP;
  search->address = address;
  search->stack_pointer = _Unwind_GetCFA(frame);
  return _URC_NORMAL_STOP;
}

_Unwind_Reason_Code Stop(_Unwind_Context*, void*) { return _URC_NORMAL_STOP; }

bool Replace(uintptr_t* place, uintptr_t expected, uintptr_t value) noexcept {
  if (*place != expected) return false;
  *place = value;
  return true;
}

}  // namespace

bool RedirectReturnToGuest(void* context, bool (*is_guest_code)(uintptr_t),
                           uintptr_t target) noexcept {
  Search search{is_guest_code};
  _Unwind_Backtrace(&VisitFrame, &search);
  if (search.address == 0) return false;
#if defined(__x86_64__)
  static_cast<void>(context);
  // `call` pushed it; `ret` takes it from right below what the stack pointer is afterwards.
  return Replace(reinterpret_cast<uintptr_t*>(search.stack_pointer) - 1, search.address, target);
#elif defined(__aarch64__)
  // In the link register, in the frame of the function that the guest called, or in both: a signed
  // one (pointer authentication) does not compare equal and is left alone.
  auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  bool replaced = false;
  if (machine.regs[30] == search.address) {
    machine.regs[30] = target;
    replaced = true;
  }
  const auto top = static_cast<uintptr_t>(machine.sp);
  for (uintptr_t place = search.stack_pointer; place > top;) {
    place -= sizeof(uintptr_t);
    if (Replace(reinterpret_cast<uintptr_t*>(place), search.address, target)) return true;
  }
  return replaced;
#endif
}

void PrepareRedirection() noexcept { _Unwind_Backtrace(&Stop, nullptr); }

}  // namespace wasmedge_embed
