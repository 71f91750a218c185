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

/// Two sockets to another process, for the standard streams of one invocation after another: the
/// first one for input and standard output, the second one for standard error.
///
/// Input is sent in frames, each preceded by its length (32 bits, little-endian); an empty frame
/// ends it. Output is sent unframed and counted: the other side is told how many bytes there were.
/// So nothing from one invocation is attributed to another, however they end.
///
/// Used by one invocation at a time; its thread has exclusive access meanwhile.
class StreamLane {
 public:
  /// The descriptors remain open for the life of the process.
  StreamLane(int data, int error) noexcept : descriptors_{data, error} {}
  StreamLane(const StreamLane&) = delete;
  StreamLane& operator=(const StreamLane&) = delete;

  /// Bytes written by the last invocation: to standard output, and to standard error. Once.
  std::array<uint64_t, 2> TakeWritten() noexcept { return std::exchange(written_, {}); }

 private:
  friend class LaneStreams;

  static size_t IndexOf(StandardStream stream) noexcept {
    return stream == StandardStream::kError ? 1 : 0;
  }

  const std::array<int, 2> descriptors_;
  std::array<uint64_t, 2> written_{};
  /// Of the current frame.
  uint32_t unread_ = 0;
  /// The next frame's length, as far as it has arrived.
  std::array<uint8_t, 4> header_{};
  size_t header_size_ = 0;
  /// The number of earlier invocations whose input has not ended yet.
  size_t unended_ = 0;
};

/// Standard streams that use a lane: the guest's thread reads and writes its sockets itself, so a
/// byte is copied no more often than through a pipe.
class LaneStreams : public StandardStreams {
 public:
  /// Notifies the embedder, on the guest's thread, that input is wanted. Once: the embedder must
  /// then end the input once as well, at the latest when the invocation has ended.
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
  /// Reads up to the next byte of this invocation's input. Returns whether there is a frame to read
  /// from; false if nothing has arrived, or if the input has ended.
  bool Advance();
  /// Consumes bytes read from a frame, and from the following length.
  void Consume(size_t size, size_t header_size) noexcept;
  /// Sends the rest of an appended text as far as possible; returns whether all of it was sent.
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
