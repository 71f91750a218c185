#include "base/thread.h"

#include <csignal>
#include <cstring>
#include <string>

#include "base/error.h"

namespace wasmedge_embed {

namespace {

/// Makes an alternate signal stack that of the calling thread, and restores the previous one: a
/// sanitizer gives each thread one, and at the thread's end unmaps whatever the thread has then.
class AlternateStack {
 public:
  explicit AlternateStack(const stack_t& alternate) noexcept {
    sigaltstack(&alternate, &previous_);
  }
  ~AlternateStack() { sigaltstack(&previous_, nullptr); }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  stack_t previous_{};
};

}  // namespace

void* Thread::Run(void* thread) {
  auto* self = static_cast<Thread*>(thread);
  const AlternateStack alternate(self->stack_.alternate_stack());
  self->body_();
  return nullptr;
}

Thread::Thread(GuestStack& stack, int signal, std::function<void()> body)
    : stack_(stack), body_(std::move(body)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack.thread_base(), stack.thread_size());
  // A new thread inherits the signal mask. Faults are raised by the thread itself and stay
  // unblocked.
  sigset_t blocked;
  sigset_t previous;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
    sigdelset(&blocked, fault);
  }
  sigdelset(&blocked, signal);
  pthread_sigmask(SIG_SETMASK, &blocked, &previous);
  const int failure = pthread_create(&thread_, &attributes, &Run, this);
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  pthread_attr_destroy(&attributes);
  if (failure != 0) {
    throw Error(
        ErrorCode::kLimit,
        std::string("The system does not allow another thread: ") + std::strerror(failure) + ".",
        "threads");
  }
}

Thread::~Thread() { pthread_join(thread_, nullptr); }

}  // namespace wasmedge_embed
