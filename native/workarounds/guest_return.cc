#include "workarounds/guest_return.h"

#include <ucontext.h>
#include <unwind.h>

#include <initializer_list>

#include "base/guest_stack.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {
namespace {

bool Replace(uintptr_t* place, uintptr_t expected, uintptr_t value) noexcept {
  if (*place != expected) return false;
  *place = value;
  return true;
}

}  // namespace

#if defined(__x86_64__)

namespace {

struct Search {
  bool (*is_guest_code)(uintptr_t);
  /// The address in the guest to which host code returns; 0 while it is not found.
  uintptr_t address = 0;
  /// What the stack pointer will be after that return.
  uintptr_t stack_pointer = 0;
};

// Called for every frame from the signal handler's own outwards. All host code has unwind tables,
// also for frames that a signal interrupted, so each frame up to the guest's is exact. The unwinder
// looks a frame up before it tells of it, the guest's first one as well, and believes its table:
// that of a shared object, which is trusted. Of a universal module it knows none.
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

}  // namespace

bool RedirectReturnToGuest(void*, bool (*is_guest_code)(uintptr_t), const GuestStack& stack,
                           uintptr_t* left) noexcept {
  if (!IsInForce(Workaround::kGuestReturn)) return false;
  Search search{is_guest_code};
  _Unwind_Backtrace(&VisitFrame, &search);
  if (search.address == 0) return false;
  *left = search.address;
  // `call` pushed it; `ret` takes it from right below what the stack pointer is afterwards.
  return Replace(reinterpret_cast<uintptr_t*>(search.stack_pointer) - 1, search.address,
                 stack.leave_address());
}

void PrepareRedirection() noexcept { _Unwind_Backtrace(&Stop, nullptr); }

#elif defined(__aarch64__)

// Not by the unwinder: it authenticates signed addresses of return (pointer authentication), and in
// a function whose tables do not say at each instruction whether its address is signed, as a signal
// may meet it, the processor takes that for an attack and ends the process.

namespace {

/// What a function keeps of its caller on the stack, linked from the outermost call inwards
/// (AAPCS64, "The Frame Pointer"). Compilers for Linux on AArch64 have all functions keep it that
/// call others.
struct FrameRecord {
  uintptr_t next;
  uintptr_t return_address;
};

/// The address without the signature that it may have. The instruction is XPACLRI, which processors
/// without signatures take for none.
uintptr_t WithoutSignature(uintptr_t address) {
  register uintptr_t link asm("x30") = address;
  asm("hint #7" : "+r"(link));
  return link;
}

}  // namespace

bool RedirectReturnToGuest(void* context, bool (*is_guest_code)(uintptr_t), const GuestStack& stack,
                           uintptr_t* left) noexcept {
  if (!IsInForce(Workaround::kGuestReturn)) return false;
  auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  // A guest that was interrupted itself has called nobody.
  if (is_guest_code(machine.pc)) return false;
  const auto bottom = reinterpret_cast<uintptr_t>(stack.thread_base());
  const uintptr_t top = bottom + stack.thread_size();
  const uintptr_t stack_pointer = machine.sp;
  // Nor has one whose fault is being handled, which is done on another stack.
  if (stack_pointer < bottom || stack_pointer >= top) return false;
  const auto record_at = [&](uintptr_t place) -> FrameRecord* {
    const bool is_there = place >= stack_pointer && place <= top - sizeof(FrameRecord) &&
                          place % alignof(FrameRecord) == 0;
    return is_there ? reinterpret_cast<FrameRecord*>(place) : nullptr;
  };

  FrameRecord* record = record_at(machine.regs[29]);
  const uintptr_t link = machine.regs[30];
  if (is_guest_code(WithoutSignature(link))) {
    // The guest has called the interrupted function itself, which has called nobody yet, or nobody
    // any more. It may have kept the address already; a signed one has to stay.
    if (link != WithoutSignature(link)) return false;
    *left = link;
    machine.regs[30] = stack.leave_address();
    for (FrameRecord* own : {record, record_at(stack_pointer)}) {
      if (own != nullptr) Replace(&own->return_address, link, stack.leave_address());
    }
    return true;
  }
  while (record != nullptr) {
    const uintptr_t address = WithoutSignature(record->return_address);
    if (is_guest_code(address)) {
      *left = address;
      return Replace(&record->return_address, address, stack.leave_address());
    }
    const uintptr_t next = record->next;
    record = next > reinterpret_cast<uintptr_t>(record) ? record_at(next) : nullptr;
  }
  return false;
}

void PrepareRedirection() noexcept {}

#endif

}  // namespace wasmedge_embed
