#pragma once

#include <pthread.h>

#include <functional>

#include "base/guest_stack.h"

namespace wasmedge_embed {

/// A thread on a stack of ours, which std::thread does not offer. It handles signals on its
/// alternate stack and is joined when destroyed.
///
/// Of the process's asynchronous signals it handles only the given one, the interrupt of guests:
/// the others are left to Node's threads.
class Thread {
 public:
  /// The stack must outlive the thread. Throws `Error(kLimit, "threads")` if the system refuses
  /// another thread.
  Thread(GuestStack& stack, int signal, std::function<void()> body);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  static void* Run(void* thread);

  GuestStack& stack_;
  std::function<void()> body_;
  pthread_t thread_{};
};

}  // namespace wasmedge_embed
