#pragma once

#include <cstddef>
#include <cstdint>

#include "binary/unwind_table.h"

namespace wasmedge_embed {

class CompiledCode;

/// A part of a thread's stack that may be read.
struct StackRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

/// The functions of a compiled guest that had been called when it was left, as addresses. Filled in
/// a signal handler: nothing is allocated, and nothing outside of the guest's stack and of its
/// tables is read.
class GuestFrames {
 public:
  /// How many are kept, of the innermost.
  static constexpr size_t kMost = 64;
  /// How many are counted.
  static constexpr size_t kMostCounted = 10'000;

  size_t size() const noexcept { return size_; }
  /// Where the functions begin, innermost first.
  const uintptr_t* begin() const noexcept { return functions_; }
  /// Those behind the ones that are kept; some of them where there are too many to count.
  size_t omitted() const noexcept { return omitted_; }

  void Clear() noexcept { size_ = omitted_ = 0; }

  /// Begins anew with the frame that `state` is in, up to the host's. `is_return`: the counter is
  /// where that function goes on after a call, and not an instruction that it was at.
  void Walk(const CompiledCode& code, MachineState state, bool is_return,
            StackRange stack) noexcept;

 private:
  size_t size_ = 0;
  size_t omitted_ = 0;
  uintptr_t functions_[kMost];
};

/// The registers when a signal came, for its handler.
MachineState InterruptedState(const void* context) noexcept;

/// An address of return that was written over another one.
struct RedirectedReturn {
  uintptr_t to = 0;
  uintptr_t from = 0;
};

/// The registers of the innermost function of `code` among those that have called this one, as they
/// are after its call; the counter is 0 where there is none. Its call's return may have been
/// redirected. `stack` is the thread's. Not for signal handlers.
///
/// The C++ runtime's unwinder leads to WasmEdge's frames, and its tables, read here, to the
/// guest's: that unwinder believes every byte of the tables of a function that it comes to. It goes
/// all the way only in builds of WasmEdge whose tables cannot be read here, and where a stop
/// redirects a return on x86-64 (`RedirectReturnToGuest`).
MachineState CallingState(const CompiledCode& code, RedirectedReturn redirected,
                          StackRange stack) noexcept;

}  // namespace wasmedge_embed
