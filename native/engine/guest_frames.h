#pragma once

#include <cstddef>
#include <cstdint>

#include "binary/stack_step.h"

namespace wasmedge_embed {

class CompiledCode;

/// The call stack of a compiled guest when it was left, as addresses of functions. Filled in by a
/// signal handler: it allocates nothing and reads only the guest's stack and tables.
class GuestFrames {
 public:
  /// The number of innermost frames kept.
  static constexpr size_t kMost = 64;
  /// The number of frames counted.
  static constexpr size_t kMostCounted = 10'000;

  size_t size() const noexcept { return size_; }
  /// The starts of the functions, innermost first.
  const uintptr_t* begin() const noexcept { return functions_; }
  /// Frames that are not kept; a lower bound if there are too many to count.
  size_t omitted() const noexcept { return omitted_; }

  void Clear() noexcept { size_ = omitted_ = 0; }

  /// Starts over with the frame of `state` and walks up to the host's. `is_return`: the program
  /// counter is a return address rather than an instruction that was executing.
  void Walk(const CompiledCode& code, MachineState state, bool is_return,
            StackRange stack) noexcept;

 private:
  size_t size_ = 0;
  size_t omitted_ = 0;
  uintptr_t functions_[kMost];
};

/// A return address that was overwritten with another one.
struct RedirectedReturn {
  uintptr_t to = 0;
  uintptr_t from = 0;
};

/// The registers of the innermost caller that is a function of `code`, as they are after its call
/// returns; the program counter is 0 if there is none. The return address of that call may have
/// been redirected. `stack` is the thread's. Not for signal handlers.
///
/// The C++ runtime's unwinder leads up to WasmEdge's frames, and their tables, read by this
/// package, up to the guest's: the runtime's unwinder trusts every byte of the tables of the
/// functions it reaches. It goes all the way only in builds of WasmEdge whose tables cannot be read
/// here.
MachineState CallingState(const CompiledCode& code, RedirectedReturn redirected,
                          StackRange stack) noexcept;

}  // namespace wasmedge_embed
