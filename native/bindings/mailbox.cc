#include "bindings/mailbox.h"

#include <shared_mutex>
#include <utility>

namespace wasmedge_embed {
namespace {

/// How long spinning for messages may keep the event loop from its other work.
constexpr std::chrono::milliseconds kLongestStretch{1};

/// How long to spin for one of them: the guest's thread is awake and has little to do.
constexpr std::chrono::microseconds kLinger{20};

}  // namespace

Mailbox::Mailbox(Napi::Env env)
    : bell_(Bell::New(env, "wasmedge-embed", /*maxQueueSize=*/0, /*initialThreadCount=*/1, this)) {
  bell_.Unref(env);
}

void Mailbox::Post(std::unique_ptr<Message> message) {
  // Before the lock as well: it is given to those who ring first, and while many do, `Close` would
  // not get it.
  if (!open_.load(std::memory_order_relaxed)) return;
  // `Close` must not come between the check and the call.
  const std::shared_lock<std::shared_mutex> ringing(ringing_);
  if (!open_.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    messages_.push_back(std::move(message));
    waiting_.store(messages_.size(), std::memory_order_release);
  }
  // Without that lock: ringing wakes the event loop, which may take over this processor, and no
  // other thread should have to wait for this one then. One ring for each message, so that code
  // that awaits one continues before the next is delivered.
  bell_.NonBlockingCall();
}

void Mailbox::Expect(Napi::Env env) {
  if (expected_++ == 0) bell_.Ref(env);
}

void Mailbox::LingerForNext() {
  const Clock::time_point now = Clock::now();
  if (!lingering_since_) lingering_since_ = now;
  if (now - *lingering_since_ >= kLongestStretch) return;
  has_lingered_ =
      spinner_.Spin([this] { return waiting_.load(std::memory_order_acquire) > 0; }, kLinger);
}

void Mailbox::Close() {
  if (!open_.exchange(false, std::memory_order_relaxed)) return;
  {
    // Waits for those who are ringing; whoever gets the lock later finds the mailbox closed.
    const std::lock_guard<std::shared_mutex> ringing(ringing_);
  }
  std::deque<std::unique_ptr<Message>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped.swap(messages_);
  }
  bell_.Abort();
}

void Mailbox::Ring(Napi::Env env, Napi::Function, Mailbox* mailbox, void*) {
  if (static_cast<napi_env>(env) != nullptr) mailbox->DeliverOne(env);
}

void Mailbox::DeliverOne(Napi::Env env) {
  std::unique_ptr<Message> message;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (messages_.empty()) return;
    message = std::move(messages_.front());
    messages_.pop_front();
    waiting_.store(messages_.size(), std::memory_order_release);
  }
  if (!std::exchange(has_lingered_, false)) lingering_since_.reset();
  const bool was_expected = message->IsExpected();
  try {
    const Napi::HandleScope scope(env);
    message->Deliver(env);
  } catch (const std::exception&) {
    // The environment is being terminated (or has no memory for an error): JavaScript cannot
    // receive anything anymore.
  }
  if (was_expected && --expected_ == 0) bell_.Unref(env);
}

}  // namespace wasmedge_embed
