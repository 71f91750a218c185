#pragma once

#include <pthread.h>

#include <functional>

#include "base/guest_stack.h"

namespace wasmedge_embed {

/// A thread on a stack of our own, which std::thread does not offer, that handles signals on its
/// alternate stack. Joined when destroyed.
///
/// It takes none of the process's asynchronous signals but the one that it is given, the guests'
/// interrupt: the others stay with Node's threads.
class Thread {
 public:
  /// The stack must outlive the thread. Throws `Error(kLimit, "threads")` when the system refuses
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
