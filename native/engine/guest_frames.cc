#include "engine/guest_frames.h"

#include <unwind.h>

#include <optional>

#include "engine/compiled_code.h"
#include "engine/guest_code.h"
#include "engine/loaded_object.h"

namespace wasmedge_embed {
namespace {

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

/// Walks outwards through host code with its own tables; false if they do not lead out of it.
bool LeaveHost(RedirectedReturn redirected, StackRange stack, MachineState* state) noexcept {
  constexpr int kMostFrames = 1000;
  for (int count = 0; count < kMostFrames; ++count) {
    const uint64_t at = state->counter - 1;
    const UnwindTable* const tables = HostTablesAt(at);
    if (tables == nullptr) return true;
    const auto row = tables->Find(at);
    if (!row || !StepOut(*row, stack, state)) return false;
    if (state->counter == redirected.to) state->counter = redirected.from;
  }
  return false;
}

}  // namespace

void GuestFrames::Walk(const CompiledCode& code, MachineState state, bool is_return,
                       StackRange stack) noexcept {
  Clear();
  // A recursion goes through the same few calls again and again.
  uint64_t known_at = 0;
  std::optional<UnwindRow> row;
  for (size_t count = 0; count < kMostCounted; ++count) {
    // A call that does not return may be the last instruction of its function.
    const uint64_t at = is_return ? state.counter - 1 : state.counter;
    if (!code.Contains(at)) return;
    if (!row || at != known_at) row = code.unwinding().Find(at);
    if (!row) return;
    known_at = at;
    if (size_ < kMost) {
      functions_[size_++] = row->function;
    } else {
      ++omitted_;
    }
    if (!StepOut(*row, stack, &state)) return;
    is_return = true;
  }
}

MachineState CallingState(const CompiledCode& code, RedirectedReturn redirected,
                          StackRange stack) noexcept {
  static const auto own = FindLoadedObject(reinterpret_cast<uintptr_t>(&CallingState));
  const auto is_not_ours = [](uintptr_t address) { return own && !own->HasCodeAt(address); };
  MachineState state = CallerThat(is_not_ours, redirected);
  if (LeaveHost(redirected, stack, &state) && code.Contains(state.counter - 1)) return state;
  return CallerThat([&code](uintptr_t address) { return code.Contains(address); }, redirected);
}

}  // namespace wasmedge_embed
