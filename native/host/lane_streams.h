#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/invocation.h"
#include "host/standard_streams.h"

namespace wasmedge_embed {

class HostExchange;

/// Two sockets to another process, on which the standard streams of one invocation after the other
/// go: the first one takes input and standard output, the second one standard error.
///
/// Input comes in frames, each with its length before it (32 bits, little-endian); one of no bytes
/// ends it. What is written goes out as it is, and is counted: the other side is told how much it
/// was. So nothing of one invocation is taken for another's, however they end.
///
/// One invocation at a time; its thread has all of this meanwhile.
class StreamLane {
 public:
  /// The descriptors stay open as long as the process.
  StreamLane(int data, int error) noexcept : descriptors_{data, error} {}
  StreamLane(const StreamLane&) = delete;
  StreamLane& operator=(const StreamLane&) = delete;

  /// Bytes that the last invocation has written: standard output's, and standard error's. Once.
  std::array<uint64_t, 2> TakeWritten() noexcept { return std::exchange(written_, {}); }

 private:
  friend class LaneStreams;

  static size_t IndexOf(StandardStream stream) noexcept {
    return stream == StandardStream::kError ? 1 : 0;
  }

  const std::array<int, 2> descriptors_;
  std::array<uint64_t, 2> written_{};
  /// Of the frame that is being read.
  uint32_t unread_ = 0;
  /// The next frame's length, as far as it has come.
  std::array<uint8_t, 4> header_{};
  size_t header_size_ = 0;
  /// Earlier invocations whose input has not ended yet.
  size_t unended_ = 0;
};

/// Standard streams that lead through a lane: the guest's thread reads and writes its sockets, so a
/// byte is copied no more often than through a pipe.
class LaneStreams : public StandardStreams {
 public:
  /// Tells the embedder, on the guest's thread, that input is wanted. Once: it is then to end it
  /// once as well, at the latest when the invocation has ended.
  using Announce = std::function<void(StandardStream)>;

  /// `exchange` is the invocation's.
  LaneStreams(std::shared_ptr<HostExchange> exchange, StreamSet streams, Announce announce,
              std::shared_ptr<StreamLane> lane);
  ~LaneStreams() override;

  Readiness Look(StandardStream stream) override;
  bool Await(StreamSet streams, Invocation::Clock::time_point until,
             Invocation& invocation) override;
  size_t Read(uint8_t* data, size_t size) override;
  size_t Write(StandardStream stream, const uint8_t* data, size_t size) override;
  void Append(StandardStream stream, std::string_view text) override;
  std::vector<uint8_t> TakeRest(StandardStream stream) override;

 private:
  /// Reads up to the next byte of this invocation's input. Gives whether there is a frame to be
  /// read from; false where nothing has come, or the input has ended.
  bool Advance();
  /// Takes what was read of a frame, and of the length of the next one after it.
  void Consume(size_t size, size_t header_size) noexcept;
  /// Sends what is there of a text that was appended; gives whether all of it has left.
  bool SendRest(StandardStream stream);
  size_t Send(StandardStream stream, const uint8_t* data, size_t size) noexcept;

  const std::shared_ptr<HostExchange> exchange_;
  const Announce announce_;
  const std::shared_ptr<StreamLane> lane_;
  bool is_wanted_ = false;
  bool input_has_ended_ = false;
  std::array<std::vector<uint8_t>, 2> rest_;
};

}  // namespace wasmedge_embed
