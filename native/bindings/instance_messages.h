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

// What is done with a kept instance, and the messages that tell JavaScript of it. An operation may
// die on any thread, so whatever is JavaScript's stays with the instance's object.

/// Calls that JavaScript waits for. Results are told as they come: by one message for all that are
/// there when the main thread has time for it.
class PendingCalls : public CallBatch, public std::enable_shared_from_this<PendingCalls> {
 public:
  /// `caller` is who is told, by its number.
  PendingCalls(const Module& module, Calls calls, InstanceObject& instance,
               std::shared_ptr<Mailbox> mailbox, uint64_t caller)
      : CallBatch(module, std::move(calls)),
        instance_(instance),
        mailbox_(std::move(mailbox)),
        caller_(caller) {}

  /// By which its guest's host calls are told, if it may make any. Written before it begins.
  std::optional<uint64_t> host_key;

 private:
  friend class CallMessage;

  void Progressed() noexcept override;
  void Ended() noexcept override;

  InstanceObject& instance_;
  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t caller_;
  /// Whether a message is on its way that will find the results that are there now.
  std::atomic<bool> is_told_{false};
};

/// Tells of calls that have returned, or of the end of all.
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

/// The making of an instance that JavaScript waits for.
class PendingStart : public InstanceStart, public std::enable_shared_from_this<PendingStart> {
 public:
  PendingStart(std::vector<std::string> args, std::vector<std::string> env,
               InstanceObject& instance, std::shared_ptr<Mailbox> mailbox,
               Napi::Promise::Deferred deferred)
      : InstanceStart(std::move(args), std::move(env)),
        instance_(instance),
        mailbox_(std::move(mailbox)),
        deferred_(deferred) {}

  /// As that of `PendingCalls`.
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

/// What an access to the instance's memory or globals has found, or why it has not.
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
