#pragma once

namespace wasmedge_embed {

/// State that applies to a thread while an object of `Self`, which derives from this, exists there.
/// The most recent object applies. Objects are destroyed in reverse order on the thread that
/// created them.
template <typename Self>
class ThreadScope {
 public:
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

  /// The calling thread's object; null if there is none. Async-signal-safe.
  static Self* Current() noexcept { return static_cast<Self*>(current_); }

 protected:
  ThreadScope() noexcept : outer_(current_) { current_ = this; }
  ~ThreadScope() { current_ = outer_; }

 private:
  // With the initial-exec model, reading it in a signal handler allocates nothing.
  __attribute__((tls_model("initial-exec"))) static inline thread_local ThreadScope* current_ =
      nullptr;

  ThreadScope* const outer_;
};

}  // namespace wasmedge_embed
