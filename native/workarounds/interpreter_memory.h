#pragma once

#include <cstddef>

#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The memory that WasmEdge takes for an interpreted guest.
///
/// The guest's calls use memory instead of stack, and WasmEdge does not limit it: a recursion takes
/// all the memory of the machine. So libwasmedge's `operator new` is redirected, and reports a
/// block that is too large. It throws nothing, since the engine does not expect that.
class InterpreterMemory {
 public:
  static constexpr Workaround kWorkaround = Workaround::kInterpreterMemory;

  InterpreterMemory() = delete;

  /// Does nothing if the C++ library is built into libwasmedge: then only time limits end such a
  /// guest.
  static void Install(void* wasmedge_library);

  /// While one exists, its thread interprets a guest.
  class Scope : public ThreadScope<Scope> {
   public:
    using TooLarge = void (*)(void* guest);

    /// `too_large` is called with `guest` before a block of more than `largest_block` bytes is
    /// allocated, which it still is.
    Scope(size_t largest_block, TooLarge too_large, void* guest) noexcept
        : largest_block_(largest_block), too_large_(too_large), guest_(guest) {}

    void Look(size_t size) const {
      if (size > largest_block_) too_large_(guest_);
    }

   private:
    const size_t largest_block_;
    const TooLarge too_large_;
    void* const guest_;
  };
};

}  // namespace wasmedge_embed
