#include "bindings/stream_calls.h"

#include <string>
#include <utility>

#include "bindings/to_js.h"

namespace wasmedge_embed {

/// Notifies the main thread that a stream needs attention.
class StreamMessage : public Mailbox::Message {
 public:
  StreamMessage(StreamCalls& calls, uint64_t key, StandardStream stream)
      : calls_(calls), key_(key), stream_(stream) {}

  bool IsExpected() const noexcept override { return false; }
  void Deliver(Napi::Env env) override { calls_.Deliver(env, key_, stream_); }

 private:
  StreamCalls& calls_;
  const uint64_t key_;
  const StandardStream stream_;
};

StreamCalls::Registration::Registration(StreamCalls& calls, std::shared_ptr<HostExchange> exchange,
                                        StreamSet streams, std::shared_ptr<Mailbox> mailbox,
                                        std::shared_ptr<StreamLane> lane)
    : calls_(calls), key_(++calls.last_key_) {
  auto announce = [&calls, key = key_, mailbox = std::move(mailbox)](StandardStream stream) {
    mailbox->Post(std::make_unique<StreamMessage>(calls, key, stream));
  };
  std::shared_ptr<BufferedStreams> buffered;
  if (lane) {
    streams_ = std::make_shared<LaneStreams>(std::move(exchange), streams, std::move(announce),
                                             std::move(lane));
  } else {
    streams_ = buffered =
        std::make_shared<BufferedStreams>(std::move(exchange), streams, std::move(announce));
  }
  calls.streams_.emplace(key_, std::move(buffered));
}

void StreamCalls::Deliver(Napi::Env env, uint64_t key, StandardStream stream) {
  if (streams_.find(key) == streams_.end()) return;
  const Napi::Object owner = owner_.Value();
  const Napi::Value receiver = owner.Get("onStream");
  if (!receiver.IsFunction()) return;
  receiver.As<Napi::Function>().Call(owner,
                                     {Napi::Number::New(env, static_cast<double>(key)),
                                      Napi::Number::New(env, static_cast<uint32_t>(stream))});
}

std::shared_ptr<BufferedStreams> StreamCalls::Find(const Napi::Value& key) const {
  const auto found = streams_.find(static_cast<uint64_t>(key.ToNumber().Int64Value()));
  return found == streams_.end() ? nullptr : found->second;
}

Napi::Value StreamCalls::Feed(const Napi::CallbackInfo& info) {
  const std::shared_ptr<BufferedStreams> streams = Find(info[0]);
  const ByteView bytes = BytesOf(info[1]);
  const size_t fed = streams ? streams->Feed(bytes.data, bytes.size) : 0;
  return Napi::Number::New(info.Env(), static_cast<double>(fed));
}

Napi::Value StreamCalls::EndInput(const Napi::CallbackInfo& info) {
  if (const std::shared_ptr<BufferedStreams> streams = Find(info[0])) streams->EndInput();
  return info.Env().Undefined();
}

Napi::Value StreamCalls::Take(const Napi::CallbackInfo& info) {
  const std::shared_ptr<BufferedStreams> streams = Find(info[0]);
  const bool is_error = info[1].ToNumber().Uint32Value() == uint32_t{2};
  if (!streams) return info.Env().Undefined();
  const std::vector<uint8_t> taken =
      streams->Take(is_error ? StandardStream::kError : StandardStream::kOutput);
  if (taken.empty()) return info.Env().Undefined();
  // Copied into memory allocated by V8, which collects garbage when that amounts to 32 MiB; it
  // learns too late about memory allocated elsewhere.
  return Napi::Buffer<uint8_t>::Copy(info.Env(), taken.data(), taken.size());
}

StreamSet ToStreams(const Napi::Value& given, const char* how) {
  StreamSet streams;
  if (!given.IsObject()) return streams;
  const auto named = given.As<Napi::Object>();
  constexpr std::array<const char*, 3> kNames = {"stdin", "stdout", "stderr"};
  for (const StandardStream stream : kStandardStreams) {
    const Napi::Value value = named.Get(kNames[static_cast<size_t>(stream)]);
    if (value.IsString() && value.As<Napi::String>().Utf8Value() == how) streams.Add(stream);
  }
  return streams;
}

}  // namespace wasmedge_embed
