#pragma once

namespace wasmedge_embed {

/// What is in force on a thread while an object of `Self`, which derives from this, lives there:
/// the last one that was made. They are destroyed on the thread that made them, the last one first.
template <typename Self>
class ThreadScope {
 public:
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

  /// The calling thread's; null when there is none. Async-signal-safe.
  static Self* Current() noexcept { return static_cast<Self*>(current_); }

 protected:
  ThreadScope() noexcept : outer_(current_) { current_ = this; }
  ~ThreadScope() { current_ = outer_; }

 private:
  // With the initial-exec model reading it in a signal handler allocates nothing.
  __attribute__((tls_model("initial-exec"))) static inline thread_local ThreadScope* current_ =
      nullptr;

  ThreadScope* const outer_;
};

}  // namespace wasmedge_embed
