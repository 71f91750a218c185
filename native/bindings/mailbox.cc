#include "bindings/mailbox.h"

namespace wasmedge_embed {

Mailbox::Mailbox(Napi::Env env)
    : bell_(Bell::New(env, "wasmedge-embed", /*maxQueueSize=*/0, /*initialThreadCount=*/1, this)) {
  bell_.Unref(env);
}

void Mailbox::Post(std::unique_ptr<Message> message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) return;
  messages_.push_back(std::move(message));
  // Under the lock: `Close` must not come between the check and the call. One ring for each
  // message, so that what awaits one goes on before the next is delivered.
  bell_.NonBlockingCall();
}

void Mailbox::Expect(Napi::Env env) {
  if (expected_++ == 0) bell_.Ref(env);
}

void Mailbox::Close() {
  std::deque<std::unique_ptr<Message>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open_) return;
    open_ = false;
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
  }
  const bool was_expected = message->IsExpected();
  try {
    const Napi::HandleScope scope(env);
    message->Deliver(env);
  } catch (const std::exception&) {
    // The environment is being terminated (or has no memory for an error): JavaScript cannot be
    // told anything any more.
  }
  if (was_expected && --expected_ == 0) bell_.Unref(env);
}

}  // namespace wasmedge_embed
