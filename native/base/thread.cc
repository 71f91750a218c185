#include "base/thread.h"

#include <csignal>
#include <cstring>
#include <string>

#include "base/error.h"

namespace wasmedge_embed {

void* Thread::Run(void* thread) {
  auto* self = static_cast<Thread*>(thread);
  self->stack_.UseAlternateStack();
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
