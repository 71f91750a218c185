#include "workarounds/guest_return.h"

#include <ucontext.h>

#include <initializer_list>
#include <optional>

#include "base/guest_stack.h"
#include "binary/stack_step.h"
#include "binary/unwind_table.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {
namespace {

bool Replace(uintptr_t* place, uintptr_t expected, uintptr_t value) noexcept {
  if (*place != expected) return false;
  *place = value;
  return true;
}

/// Where the interrupted host code returns to the guest.
struct GuestCaller {
  /// The address in the guest.
  uint64_t address;
  uint64_t stack_pointer;
  /// Where the host's function has saved the address.
  UnwindRow::Place saved;
  /// Whether that is the interrupted function itself, called by the guest.
  bool is_innermost;

  uintptr_t* place() const noexcept {
    return reinterpret_cast<uintptr_t*>(stack_pointer + static_cast<uint64_t>(saved.value));
  }
};

/// Walks with the tables of the host code from what a signal has interrupted to the guest. Absent
/// if that is not certain, and for a guest that was itself interrupted: it has no host code to
/// return from.
std::optional<GuestCaller> FindGuestCaller(const void* context, FindHostTables host_tables,
                                           StackRange stack) noexcept {
  constexpr int kMostFrames = 1000;
  MachineState state = InterruptedState(context);
  for (int count = 0; count < kMostFrames; ++count) {
    // A call that does not return may be the last instruction of its function.
    const uint64_t at = count == 0 ? state.counter : state.counter - 1;
    const UnwindTable* const tables = host_tables(at);
    if (tables == nullptr) return std::nullopt;
    const auto row = tables->Find(at);
    if (!row || !StepOut(*row, stack, &state)) return std::nullopt;
    if (host_tables(state.counter) != nullptr) continue;
    return GuestCaller{state.counter, state.registers[MachineState::kStackPointer],
                       row->places[MachineState::kReturnAddress], count == 0};
  }
  return std::nullopt;
}

}  // namespace

#if defined(__x86_64__)

// Walks with the tables of the host code, not with the C++ runtime's unwinder: that one looks up
// each frame before it reports it, including the guest's first one, and trusts every byte of the
// tables in a guest's shared object.
bool RedirectReturnToGuest(void* context, FindHostTables host_tables, const GuestStack& stack,
                           uintptr_t* left) noexcept {
  if (!IsInForce(Workaround::kGuestReturn)) return false;
  const auto caller = FindGuestCaller(context, host_tables, {stack.readable_begin(), stack.end()});
  if (!caller || caller->saved.rule != UnwindRow::Rule::kAtOffset) return false;
  *left = caller->address;
  return Replace(caller->place(), caller->address, stack.leave_address());
}

#elif defined(__aarch64__)

// Not with the C++ runtime's unwinder: it authenticates signed return addresses (pointer
// authentication). In a function whose tables do not say for each instruction whether its address
// is signed, and a signal may arrive at any instruction, the processor takes this for an attack and
// ends the process.

namespace {

/// What a function saves about its caller on the stack, linked from the innermost call outwards
/// (AAPCS64, "The Frame Pointer"). Compilers for Linux on AArch64 make all functions that call
/// others save it.
struct FrameRecord {
  uintptr_t next;
  uintptr_t return_address;
};

/// A return address with the signature that a function gives it whose caller has `stack_pointer`.
/// The instruction is PACIA1716, which processors without signatures treat as a no-op.
uintptr_t Signed(uintptr_t address, uint64_t stack_pointer) noexcept {
  register uint64_t value asm("x17") = address;
  register uint64_t modifier asm("x16") = stack_pointer;
  asm("hint #8" : "+r"(value) : "r"(modifier));
  return value;
}

/// Replaces a signed return address to the guest by a signed `leave_address`. The signature depends
/// on the caller's stack pointer, which only the host's tables tell, and not for each instruction:
/// so nothing is replaced unless the signature of the address that is there is found with it.
bool RedirectSigned(ucontext_t* context, FindHostTables host_tables, StackRange stack,
                    uintptr_t leave_address, uintptr_t* left) noexcept {
  const auto caller = FindGuestCaller(context, host_tables, stack);
  if (!caller) return false;
  const uintptr_t expected = Signed(caller->address, caller->stack_pointer);
  const uintptr_t replacement = Signed(leave_address, caller->stack_pointer);
  bool is_replaced = false;
  if (caller->saved.rule == UnwindRow::Rule::kAtOffset) {
    is_replaced = Replace(caller->place(), expected, replacement);
  } else if (caller->saved.rule == UnwindRow::Rule::kSame && caller->is_innermost) {
    auto* link = &context->uc_mcontext.regs[MachineState::kReturnAddress];
    is_replaced = *link == expected;
    if (is_replaced) *link = replacement;
  }
  if (is_replaced) *left = caller->address;
  return is_replaced;
}

}  // namespace

bool RedirectReturnToGuest(void* context, FindHostTables host_tables, const GuestStack& stack,
                           uintptr_t* left) noexcept {
  if (!IsInForce(Workaround::kGuestReturn)) return false;
  const auto is_guest_code = [host_tables](uintptr_t address) {
    return host_tables(address) == nullptr;
  };
  auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
  // A guest that was itself interrupted has no host code to return from.
  if (is_guest_code(machine.pc)) return false;
  const auto bottom = reinterpret_cast<uintptr_t>(stack.thread_base());
  const uintptr_t top = bottom + stack.thread_size();
  const uintptr_t stack_pointer = machine.sp;
  // Nor has one whose fault is being handled, which happens on another stack.
  if (stack_pointer < bottom || stack_pointer >= top) return false;
  const auto redirect_signed = [&] {
    return RedirectSigned(static_cast<ucontext_t*>(context), host_tables, {stack_pointer, top},
                          stack.leave_address(), left);
  };
  const auto record_at = [&](uintptr_t place) -> FrameRecord* {
    const bool is_there = place >= stack_pointer && place <= top - sizeof(FrameRecord) &&
                          place % alignof(FrameRecord) == 0;
    return is_there ? reinterpret_cast<FrameRecord*>(place) : nullptr;
  };

  FrameRecord* record = record_at(machine.regs[29]);
  const uintptr_t link = machine.regs[30];
  if (is_guest_code(WithoutSignature(link))) {
    // The guest has called the interrupted function itself, which has not called another one yet,
    // or no longer will. It may have saved the address already.
    if (link != WithoutSignature(link)) return redirect_signed();
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
      if (record->return_address != address) return redirect_signed();
      *left = address;
      record->return_address = stack.leave_address();
      return true;
    }
    const uintptr_t next = record->next;
    record = next > reinterpret_cast<uintptr_t>(record) ? record_at(next) : nullptr;
  }
  return false;
}

#endif

}  // namespace wasmedge_embed
