#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// WasmEdge 0.14's thread-local state of the compiled guest that runs on a thread: its instance,
/// its memories, its call stack. Calling a guest function from within a host function overwrites
/// all of it, and the guest that continues after the host function reads stale state. So the
/// library's thread-local variables, which are plain data, are saved and restored.
class ThreadState {
 public:
  static constexpr Workaround kWorkaround = Workaround::kThreadState;

  ThreadState() = delete;

  static void Install(void* wasmedge_library);

  /// Restores the thread's variables when it is destroyed, on the same thread. Does nothing if they
  /// cannot be found.
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
