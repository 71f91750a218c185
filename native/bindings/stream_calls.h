#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "bindings/mailbox.h"
#include "host/buffered_streams.h"
#include "host/host_exchange.h"
#include "host/lane_streams.h"

namespace wasmedge_embed {

/// The invocations of one module whose standard streams are connected to JavaScript streams, each
/// with a key. Main thread only.
///
/// When a stream needs attention, the function `onStream` of the module's JavaScript object is
/// called; it calls this class's functions with the same key. The object holds that function,
/// rather than this class, so that an unreferenced module can be collected.
class StreamCalls {
 public:
  /// `owner` is the module's JavaScript object, which outlives the invocations that it has started.
  explicit StreamCalls(const Napi::Reference<Napi::Object>& owner) : owner_(owner) {}
  StreamCalls(const StreamCalls&) = delete;
  StreamCalls& operator=(const StreamCalls&) = delete;

  /// An invocation that is about to start: removed when this is destroyed, unless kept.
  class Registration {
   public:
    /// `exchange` is the invocation's. With a lane, its streams go through that, and JavaScript is
    /// notified only that input is wanted.
    Registration(StreamCalls& calls, std::shared_ptr<HostExchange> exchange, StreamSet streams,
                 std::shared_ptr<Mailbox> mailbox, std::shared_ptr<StreamLane> lane);
    ~Registration() {
      if (!is_kept_) calls_.End(key_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    uint64_t key() const noexcept { return key_; }
    const std::shared_ptr<StandardStreams>& streams() const noexcept { return streams_; }
    /// It has started, and must be ended with its key.
    uint64_t Keep() noexcept {
      is_kept_ = true;
      return key_;
    }

   private:
    StreamCalls& calls_;
    const uint64_t key_;
    std::shared_ptr<StandardStreams> streams_;
    bool is_kept_ = false;
  };

  /// An invocation has ended.
  void End(uint64_t key) { streams_.erase(key); }

  // Called by JavaScript: (key, …), as lib/addon/native.ts declares them. An invocation that has
  // ended accepts no input and has no output.
  Napi::Value Feed(const Napi::CallbackInfo& info);
  Napi::Value EndInput(const Napi::CallbackInfo& info);
  Napi::Value Take(const Napi::CallbackInfo& info);

 private:
  friend class StreamMessage;

  void Deliver(Napi::Env env, uint64_t key, StandardStream stream);
  std::shared_ptr<BufferedStreams> Find(const Napi::Value& key) const;

  const Napi::Reference<Napi::Object>& owner_;
  /// Null for streams that go through a lane.
  std::unordered_map<uint64_t, std::shared_ptr<BufferedStreams>> streams_;
  uint64_t last_key_ = 0;
};

/// The streams in a request of the form `{ stdin?: 'stream', stdout?: 'stream' | 'inherit', stderr?
/// }` that have the value `how`.
StreamSet ToStreams(const Napi::Value& given, const char* how);

}  // namespace wasmedge_embed
