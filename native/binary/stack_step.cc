#include "binary/stack_step.h"

#include <ucontext.h>

#include <algorithm>
#include <iterator>
#include <optional>

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

}  // namespace

// The instruction is XPACLRI, which processors without signatures treat as a no-op.
uint64_t WithoutSignature(uint64_t address) noexcept {
#if defined(__aarch64__)
  register uint64_t link asm("x30") = address;
  asm("hint #7" : "+r"(link));
  return link;
#else
  return address;
#endif
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

bool StepOut(const UnwindRow& row, StackRange stack, MachineState* state) noexcept {
  const MachineState inner = *state;
  const auto is_unknown = [](const MachineState& of, uint64_t index) {
    return (of.unknown >> index & 1U) != 0;
  };
  if (is_unknown(inner, row.frame_register)) return false;
  const uint64_t frame =
      inner.registers[row.frame_register] + static_cast<uint64_t>(row.frame_offset);
  // Stacks grow downwards: a frame that is not further up is invalid.
  if (frame <= inner.registers[MachineState::kStackPointer] && row.frame_offset != 0) return false;
  for (size_t index = 0; index < MachineState::kRegisters; ++index) {
    const auto [rule, value] = row.places[index];
    const uint64_t place = frame + static_cast<uint64_t>(value);
    bool is_known = true;
    switch (rule) {
      case UnwindRow::Rule::kSame:
        continue;
      case UnwindRow::Rule::kUnknown:
        is_known = false;
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
        is_known = !is_unknown(inner, static_cast<uint64_t>(value));
        break;
    }
    const uint32_t bit = 1U << index;
    state->unknown = is_known ? state->unknown & ~bit : state->unknown | bit;
  }
  if (is_unknown(*state, MachineState::kReturnAddress)) return false;
  state->registers[MachineState::kStackPointer] = frame;
  state->unknown &= ~(1U << MachineState::kStackPointer);
  state->counter = WithoutSignature(state->registers[MachineState::kReturnAddress]);
  // The outermost function has no caller.
  return state->counter != 0;
}

}  // namespace wasmedge_embed
