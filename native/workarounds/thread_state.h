#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// What WasmEdge 0.14 keeps for each thread of the compiled guest that runs there: its instance,
/// its memories, its stack of calls. A call of a guest's function from within a host function sets
/// all of it anew and leaves it so, and the guest that goes on after the host function reads what
/// is gone. So the library's variables of the thread, which are plain data, are kept and put back.
class ThreadState {
 public:
  static constexpr Workaround kWorkaround = Workaround::kThreadState;

  ThreadState() = delete;

  static void Install(void* wasmedge_library);

  /// The thread's variables are as they were when it is destroyed, on the same thread. Does nothing
  /// where they are not to be found.
  class Scope {
   public:
    /// Throws `std::bad_alloc`.
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    uint8_t* variables_ = nullptr;
    std::vector<uint8_t> kept_;
  };
};

}  // namespace wasmedge_embed
