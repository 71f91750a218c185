#include "engine/guest_frames.h"

#include <ucontext.h>
#include <unwind.h>

#include <algorithm>
#include <optional>

#include "engine/compiled_code.h"
#include "engine/loaded_object.h"

namespace wasmedge_embed {
namespace {

constexpr uintptr_t kWord = sizeof(uint64_t);

/// A word of any stack: sanitizers know nothing about a guest's frames.
__attribute__((no_sanitize("address", "thread"))) uint64_t WordAt(uintptr_t address) noexcept {
  return *reinterpret_cast<const volatile uint64_t*>(address);
}

std::optional<uint64_t> Read(StackRange stack, uint64_t address) noexcept {
  if (address < stack.begin || address > stack.end - kWord || address % kWord != 0) {
    return std::nullopt;
  }
  return WordAt(address);
}

/// The address without its signature, if any (pointer authentication). The instruction is XPACLRI,
/// which processors without signatures treat as a no-op.
uint64_t WithoutSignature(uint64_t address) noexcept {
#if defined(__aarch64__)
  register uint64_t link asm("x30") = address;
  asm("hint #7" : "+r"(link));
  return link;
#else
  return address;
#endif
}

/// Changes `state` to that of the calling function; false if it cannot be determined.
bool StepOut(const UnwindRow& row, StackRange stack, MachineState* state) noexcept {
  const MachineState inner = *state;
  const uint64_t frame =
      inner.registers[row.frame_register] + static_cast<uint64_t>(row.frame_offset);
  // Stacks grow downwards: a frame that is not further up is invalid.
  if (frame <= inner.registers[MachineState::kStackPointer] && row.frame_offset != 0) return false;
  for (size_t index = 0; index < MachineState::kRegisters; ++index) {
    const auto [rule, value] = row.places[index];
    const uint64_t place = frame + static_cast<uint64_t>(value);
    switch (rule) {
      case UnwindRow::Rule::kSame:
      case UnwindRow::Rule::kUnknown:
        break;
      case UnwindRow::Rule::kAtOffset: {
        const auto word = Read(stack, place);
        if (!word) return false;
        state->registers[index] = *word;
        break;
      }
      case UnwindRow::Rule::kIsOffset:
        state->registers[index] = place;
        break;
      case UnwindRow::Rule::kInRegister:
        state->registers[index] = inner.registers[value];
        break;
    }
  }
  if (row.places[MachineState::kReturnAddress].rule == UnwindRow::Rule::kUnknown) return false;
  state->registers[MachineState::kStackPointer] = frame;
  state->counter = WithoutSignature(state->registers[MachineState::kReturnAddress]);
  return true;
}

/// The registers of the innermost caller for whose address `is_wanted` holds; the program counter
/// is 0 if there is none.
template <typename Predicate>
MachineState CallerThat(const Predicate& is_wanted, RedirectedReturn redirected) noexcept {
  struct Search {
    const Predicate& is_wanted;
    RedirectedReturn redirected;
    MachineState state;
  };
  Search search{is_wanted, redirected, {}};
  const auto visit = [](_Unwind_Context* frame, void* argument) -> _Unwind_Reason_Code {
    auto* const search = static_cast<Search*>(argument);
    uintptr_t address = _Unwind_GetIP(frame);
    if (address == search->redirected.to) address = search->redirected.from;
    if (!search->is_wanted(address - 1)) return _URC_NO_REASON;
    MachineState& state = search->state;
    state.counter = address;
    // The callee-saved registers; the others are unknown.
#if defined(__x86_64__)
    for (const int index : {3, 6, 12, 13, 14, 15}) {
      state.registers[index] = _Unwind_GetGR(frame, index);
    }
#elif defined(__aarch64__)
    for (int index = 19; index < 30; ++index) state.registers[index] = _Unwind_GetGR(frame, index);
#endif
    state.registers[MachineState::kStackPointer] = _Unwind_GetCFA(frame);
    return _URC_NORMAL_STOP;
  };
  _Unwind_Backtrace(visit, &search);
  return search.state;
}

/// Walks outwards through the functions of one library with its own tables; false if they do not
/// lead out of it.
bool LeaveLibrary(const LoadedObject& library, RedirectedReturn redirected, StackRange stack,
                  MachineState* state) noexcept {
  constexpr int kMostFrames = 1000;
  const UnwindTable table(library.tables);
  for (int count = 0; count < kMostFrames; ++count) {
    const uint64_t at = state->counter - 1;
    if (!library.HasCodeAt(at)) return true;
    const auto row = table.Find(at);
    if (!row || !StepOut(*row, stack, state)) return false;
    if (state->counter == redirected.to) state->counter = redirected.from;
  }
  return false;
}

}  // namespace

void GuestFrames::Walk(const CompiledCode& code, MachineState state, bool is_return,
                       StackRange stack) noexcept {
  Clear();
  for (size_t count = 0; count < kMostCounted; ++count) {
    // A call that does not return may be the last instruction of its function.
    const uint64_t at = is_return ? state.counter - 1 : state.counter;
    if (!code.Contains(at)) return;
    const auto row = code.unwinding().Find(at);
    if (!row) return;
    if (size_ < kMost) {
      functions_[size_++] = row->function;
    } else {
      ++omitted_;
    }
    if (!StepOut(*row, stack, &state)) return;
    is_return = true;
  }
}

MachineState InterruptedState(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
  MachineState state;
#if defined(__x86_64__)
  constexpr int kOrder[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                            REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (size_t index = 0; index < std::size(kOrder); ++index) {
    state.registers[index] = static_cast<uint64_t>(machine.gregs[kOrder[index]]);
  }
  state.counter = static_cast<uint64_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  std::copy(std::begin(machine.regs), std::end(machine.regs), state.registers);
  state.registers[MachineState::kStackPointer] = machine.sp;
  state.counter = machine.pc;
#endif
  return state;
}

MachineState CallingState(const CompiledCode& code, RedirectedReturn redirected,
                          StackRange stack) noexcept {
  static const auto own = FindLoadedObject(reinterpret_cast<uintptr_t>(&InterruptedState));
  const auto is_not_ours = [](uintptr_t address) { return own && !own->HasCodeAt(address); };
  MachineState state = CallerThat(is_not_ours, redirected);
  const auto library = FindLoadedObject(state.counter - 1);
  if (library && LeaveLibrary(*library, redirected, stack, &state) &&
      code.Contains(state.counter - 1)) {
    return state;
  }
  return CallerThat([&code](uintptr_t address) { return code.Contains(address); }, redirected);
}

}  // namespace wasmedge_embed
