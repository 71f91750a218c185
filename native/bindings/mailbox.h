#pragma once

#include <napi.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "base/spin.h"

namespace wasmedge_embed {

/// Carries results from any thread to the main thread of one environment.
///
/// The messages are in a list of ours, and the thread-safe function below only rings the bell: so
/// nothing is lost or leaked when the environment ends, and no thread rings after that. It keeps
/// the event loop alive exactly while somebody waits for a message.
class Mailbox {
 public:
  /// A message. If it is not delivered, it may be destroyed on any thread.
  class Message {
   public:
    virtual ~Message() = default;
    virtual void Deliver(Napi::Env env) = 0;
    /// Whether somebody has announced that they wait for it (`Expect`).
    virtual bool IsExpected() const noexcept { return true; }
  };

  explicit Mailbox(Napi::Env env);
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// From any thread. After `Close`, the message is dropped.
  void Post(std::unique_ptr<Message> message);

  /// The main thread begins to wait for one more message with `IsExpected`, which keeps the loop
  /// alive until it is delivered. Main thread only.
  void Expect(Napi::Env env);

  /// Spins for a moment for a message that is likely to come at once, which is then delivered
  /// without a turn of the event loop. For at most a millisecond in a row. Main thread only, while
  /// a message is delivered.
  void LingerForNext();

  /// The environment is ending: no more messages are delivered. Main thread only.
  void Close();

 private:
  static void Ring(Napi::Env env, Napi::Function, Mailbox* mailbox, void*);
  using Bell = Napi::TypedThreadSafeFunction<Mailbox, void, &Mailbox::Ring>;

  using Clock = std::chrono::steady_clock;

  void DeliverOne(Napi::Env env);

  /// Shared by those who ring.
  std::shared_mutex ringing_;
  std::atomic<bool> open_{true};
  std::mutex mutex_;
  std::deque<std::unique_ptr<Message>> messages_;
  /// The number of waiting messages, for threads that do not hold the mutex.
  std::atomic<size_t> waiting_{0};
  Bell bell_;
  // Main thread only.
  size_t expected_ = 0;
  /// When the current series of messages within one turn of the event loop began, if there is one.
  std::optional<Clock::time_point> lingering_since_;
  bool has_lingered_ = false;
  Spinner spinner_;
};

}  // namespace wasmedge_embed
