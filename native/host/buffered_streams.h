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

/// Standard streams that lead to streams of JavaScript's: a bounded buffer each. The guest's thread
/// fills or empties it and waits where it cannot; the embedder is told once that there is something
/// to do, and then feeds or takes until there is nothing. So small reads and writes of the guest
/// cost no crossing each, and whichever side is slower holds up the other.
///
/// All of it is guarded by the lock of the invocation's exchange, where the guest waits: whoever
/// stops the invocation wakes it there, and the pool counts it as waiting.
class BufferedStreams : public StandardStreams {
 public:
  /// Bytes of one buffer.
  static constexpr size_t kCapacity = 256 * 1024;

  /// Tells the embedder, on the guest's thread and without the lock, that a stream needs it: that
  /// input is wanted, or that there is output.
  using Announce = std::function<void(StandardStream)>;

  /// `exchange` is the invocation's.
  BufferedStreams(std::shared_ptr<HostExchange> exchange, StreamSet streams, Announce announce);

  // The guest's thread:

  Readiness Look(StandardStream stream) override;
  bool Await(StreamSet streams, Invocation::Clock::time_point until,
             Invocation& invocation) override;
  size_t Read(uint8_t* data, size_t size) override;
  size_t Write(StandardStream stream, const uint8_t* data, size_t size) override;
  void Append(StandardStream stream, std::string_view text) override;
  std::vector<uint8_t> TakeRest(StandardStream stream) override;

  // The embedder, on any thread:

  /// Gives the guest as much of this as there is room for; gives how much. Where that is not all,
  /// or `size` is 0, the embedder is told when more is wanted.
  size_t Feed(const uint8_t* data, size_t size);

  /// The guest reads the end after what it was given.
  void EndInput();

  /// Takes all that was written. Where that is nothing, the embedder is told when there is more.
  std::vector<uint8_t> Take(StandardStream stream);

 private:
  struct Output {
    std::vector<uint8_t> bytes;
    bool is_announced = false;
  };

  Output& OutputOf(StandardStream stream) noexcept {
    return outputs_[stream == StandardStream::kError ? 1 : 0];
  }
  // With the lock:
  Readiness LookLocked(StandardStream stream) noexcept;
  /// Whether the embedder is to be told that input is wanted.
  bool WantsInput() noexcept;
  void Append(Output& output, const uint8_t* data, size_t size);

  const std::shared_ptr<HostExchange> exchange_;
  const Announce announce_;

  /// A ring, made when the first byte comes.
  std::unique_ptr<uint8_t[]> input_;
  size_t input_begin_ = 0;
  size_t input_size_ = 0;
  bool input_has_ended_ = false;
  bool input_is_announced_ = false;
  std::array<Output, 2> outputs_;
};

}  // namespace wasmedge_embed
