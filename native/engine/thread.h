#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>

namespace wasmedge_embed {

/// A thread with a stack of our choosing, which std::thread does not offer. Joined when destroyed.
///
/// It takes none of the process's asynchronous signals: those stay with Node's threads.
class Thread {
 public:
  /// Throws `Error(kLimit, "threads")` when the system refuses another thread.
  Thread(size_t stack_bytes, std::function<void()> body);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

 private:
  std::function<void()> body_;
  pthread_t thread_{};
};

}  // namespace wasmedge_embed
