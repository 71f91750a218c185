#include "workarounds/guest_jump.h"

#include <unwind.h>

#include <atomic>
#include <csetjmp>
#include <vector>

#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

using Jump = void (*)(__jmp_buf_tag*, int);

// The original content of the library's slot. How a build was compiled determines which of these it
// uses.
template <int kName>
std::atomic<Jump> original{nullptr};
constexpr const char* kNames[] = {"__longjmp_chk", "longjmp", "_longjmp", "siglongjmp"};

std::atomic<void (*)() noexcept> told{nullptr};

template <int kName>
[[noreturn]] void StandIn(__jmp_buf_tag* buffer, int value) {
  if (const auto tell = told.load()) tell();
  original<kName>.load()(buffer, value);
  __builtin_unreachable();
}

template <int kName>
void Redirect(const ElfSlots& slots) {
  for (void** const slot : slots.Find(kNames[kName])) {
    const auto jump = reinterpret_cast<Jump>(*slot);
    if (jump == &StandIn<kName>) continue;
    original<kName>.store(jump);
    slots.Write(slot, reinterpret_cast<void*>(&StandIn<kName>));
  }
}

// Stands in for the unwinder: this package locates the guest itself.
_Unwind_Reason_Code FindNoFrames(_Unwind_Trace_Fn, void*) { return _URC_END_OF_STACK; }

}  // namespace

void GuestJump::Install(void* wasmedge_library) {
  const ElfSlots slots(wasmedge_library);
  Redirect<0>(slots);
  Redirect<1>(slots);
  Redirect<2>(slots);
  Redirect<3>(slots);
  slots.Redirect("_Unwind_Backtrace", reinterpret_cast<void*>(&FindNoFrames));
}

void GuestJump::OnJump(void (*tell)() noexcept) noexcept { told.store(tell); }

}  // namespace wasmedge_embed
