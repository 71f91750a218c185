#include "engine/thread.h"

#include <csignal>
#include <cstring>
#include <string>

#include "engine/error.h"

namespace wasmedge_embed {
namespace {

void* RunBody(void* body) {
  (*static_cast<std::function<void()>*>(body))();
  return nullptr;
}

}  // namespace

Thread::Thread(size_t stack_bytes, std::function<void()> body) : body_(std::move(body)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  // A new thread inherits the mask. Faults are raised by the thread itself and stay unblocked.
  sigset_t blocked;
  sigset_t previous;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
    sigdelset(&blocked, fault);
  }
  pthread_sigmask(SIG_SETMASK, &blocked, &previous);
  const int failure = pthread_create(&thread_, &attributes, &RunBody, &body_);
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  pthread_attr_destroy(&attributes);
  if (failure != 0) {
    throw Error(ErrorCode::kLimit,
                std::string("The system refuses another thread: ") + std::strerror(failure) + ".",
                "threads");
  }
}

Thread::~Thread() { pthread_join(thread_, nullptr); }

}  // namespace wasmedge_embed
