#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/instance_object.h"
#include "bindings/mailbox.h"
#include "engine/call_batch.h"
#include "engine/instance_start.h"

namespace wasmedge_embed {

// Operations on a kept instance, and the messages that report them to JavaScript. An operation may
// be destroyed on any thread, so everything that belongs to JavaScript stays with the instance's
// object.

/// Calls that JavaScript waits for. Results are reported as they become available: one message for
/// all that are there when the main thread gets to it.
class PendingCalls : public CallBatch, public std::enable_shared_from_this<PendingCalls> {
 public:
  /// `caller` is the key of the JavaScript caller that receives the results.
  PendingCalls(const Module& module, Calls calls, InstanceObject& instance,
               std::shared_ptr<Mailbox> mailbox, uint64_t caller)
      : CallBatch(module, std::move(calls)),
        instance_(instance),
        mailbox_(std::move(mailbox)),
        caller_(caller) {}

  /// The key for its guest's host calls, if it may make any. Written before it begins.
  std::optional<uint64_t> host_key;

 private:
  friend class CallMessage;

  void Progressed() noexcept override;
  void Ended() noexcept override;

  InstanceObject& instance_;
  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t caller_;
  /// Whether a message is on its way that will find the current results.
  std::atomic<bool> is_told_{false};
};

/// Reports calls that have returned, or the end of all.
class CallMessage : public Mailbox::Message {
 public:
  CallMessage(std::shared_ptr<PendingCalls> calls, bool is_end)
      : calls_(std::move(calls)), is_end_(is_end) {}

  void Deliver(Napi::Env env) override;
  bool IsExpected() const noexcept override { return is_end_; }

 private:
  Napi::Value Ending(Napi::Env env) const;

  const std::shared_ptr<PendingCalls> calls_;
  const bool is_end_;
};

/// The creation of an instance that JavaScript waits for.
class PendingStart : public InstanceStart, public std::enable_shared_from_this<PendingStart> {
 public:
  PendingStart(std::vector<std::string> args, std::vector<std::string> env,
               InstanceObject& instance, std::shared_ptr<Mailbox> mailbox,
               Napi::Promise::Deferred deferred)
      : InstanceStart(std::move(args), std::move(env)),
        instance_(instance),
        mailbox_(std::move(mailbox)),
        deferred_(deferred) {}

  /// Like that of `PendingCalls`.
  std::optional<uint64_t> host_key;

 private:
  friend class StartMessage;

  void Ended() noexcept override;

  InstanceObject& instance_;
  const std::shared_ptr<Mailbox> mailbox_;
  Napi::Promise::Deferred deferred_;
};

class StartMessage : public Mailbox::Message {
 public:
  explicit StartMessage(std::shared_ptr<PendingStart> start) : start_(std::move(start)) {}

  void Deliver(Napi::Env env) override;

 private:
  const std::shared_ptr<PendingStart> start_;
};

/// The end of an instance that JavaScript waits for.
class PendingEnd : public InstanceEnd {
 public:
  PendingEnd(InstanceObject& instance, std::shared_ptr<Mailbox> mailbox,
             Napi::Promise::Deferred deferred)
      : instance_(instance), mailbox_(std::move(mailbox)), deferred_(deferred) {}

 private:
  void Ended() noexcept override;

  InstanceObject& instance_;
  const std::shared_ptr<Mailbox> mailbox_;
  Napi::Promise::Deferred deferred_;
};

/// The result of an access to the instance's memory or globals, or why it failed.
class AccessMessage : public Mailbox::Message {
 public:
  AccessMessage(InstanceObject& instance, Napi::Promise::Deferred deferred,
                std::function<Napi::Value(Napi::Env)> found, std::optional<Error> error)
      : instance_(instance),
        deferred_(deferred),
        found_(std::move(found)),
        error_(std::move(error)) {}

  void Deliver(Napi::Env env) override;

 private:
  InstanceObject& instance_;
  Napi::Promise::Deferred deferred_;
  const std::function<Napi::Value(Napi::Env)> found_;
  const std::optional<Error> error_;
};

}  // namespace wasmedge_embed
