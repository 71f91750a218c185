#pragma once

#include <cstdint>

#include "binary/unwind_table.h"

namespace wasmedge_embed {

/// A readable part of a thread's stack.
struct StackRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

/// The registers when a signal arrived, for the signal's handler.
MachineState InterruptedState(const void* context) noexcept;

/// The address without its signature, if any (pointer authentication).
uint64_t WithoutSignature(uint64_t address) noexcept;

/// Changes `state` to that of the calling function; false if it cannot be determined. Reads nothing
/// outside `stack`. Async-signal-safe.
bool StepOut(const UnwindRow& row, StackRange stack, MachineState* state) noexcept;

}  // namespace wasmedge_embed
