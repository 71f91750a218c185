#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/invocation.h"
#include "host/standard_streams.h"

namespace wasmedge_embed {

class HostExchange;

/// Standard streams connected to JavaScript streams, with a bounded buffer for each. The guest's
/// thread fills or drains it and waits when it cannot. The embedder is notified once that a stream
/// needs attention, and then feeds or drains it until there is nothing left to do. So small reads
/// and writes of the guest do not cost a crossing each, and the slower side holds back the other.
///
/// Guarded by the lock of the invocation's exchange, where the guest waits: stopping the invocation
/// wakes it there, and the pool counts it as waiting.
class BufferedStreams : public StandardStreams {
 public:
  /// The size of each buffer, in bytes.
  static constexpr size_t kCapacity = 256 * 1024;

  /// Notifies the embedder, on the guest's thread and without the lock, that a stream needs
  /// attention: that input is wanted, or that there is output.
  using Announce = std::function<void(StandardStream)>;

  /// `exchange` is the invocation's.
  BufferedStreams(std::shared_ptr<HostExchange> exchange, StreamSet streams, Announce announce);

  // For the guest's thread:

  Readiness Look(StandardStream stream) override;
  bool Await(StreamSet streams, Invocation::Clock::time_point until,
             Invocation& invocation) override;
  size_t Read(uint8_t* data, size_t size) override;
  size_t Write(StandardStream stream, const uint8_t* data, size_t size) override;
  void Append(StandardStream stream, std::string_view text) override;
  std::vector<uint8_t> TakeRest(StandardStream stream) override;

  // For the embedder, on any thread:

  /// Gives the guest as much of this as there is room for; returns the number of bytes. If that is
  /// not all, or if `size` is 0, the embedder is notified when more is wanted.
  size_t Feed(const uint8_t* data, size_t size);

  /// The guest reads the end of the stream after the bytes it was given.
  void EndInput();

  /// Takes everything written so far. If that is nothing, the embedder is notified when there is
  /// more.
  std::vector<uint8_t> Take(StandardStream stream);

 private:
  struct Output {
    std::vector<uint8_t> bytes;
    bool is_announced = false;
  };

  Output& OutputOf(StandardStream stream) noexcept {
    return outputs_[stream == StandardStream::kError ? 1 : 0];
  }
  // With the lock held:
  Readiness LookLocked(StandardStream stream) noexcept;
  /// Whether to notify the embedder that input is wanted.
  bool WantsInput() noexcept;
  void Append(Output& output, const uint8_t* data, size_t size);

  const std::shared_ptr<HostExchange> exchange_;
  const Announce announce_;

  /// A ring buffer, allocated when the first byte arrives.
  std::unique_ptr<uint8_t[]> input_;
  size_t input_begin_ = 0;
  size_t input_size_ = 0;
  bool input_has_ended_ = false;
  bool input_is_announced_ = false;
  std::array<Output, 2> outputs_;
};

}  // namespace wasmedge_embed
