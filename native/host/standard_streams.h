#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/invocation.h"

namespace wasmedge_embed {

/// The standard streams in the order of their descriptors.
enum class StandardStream : uint8_t { kInput, kOutput, kError };

inline constexpr std::array<StandardStream, 3> kStandardStreams = {
    StandardStream::kInput, StandardStream::kOutput, StandardStream::kError};

/// Some of the standard streams.
class StreamSet {
 public:
  void Add(StandardStream stream) noexcept { bits_ |= BitOf(stream); }
  bool Has(StandardStream stream) const noexcept { return (bits_ & BitOf(stream)) != 0; }
  bool is_empty() const noexcept { return bits_ == 0; }

 private:
  static unsigned BitOf(StandardStream stream) noexcept {
    return 1u << static_cast<unsigned>(stream);
  }

  unsigned bits_ = 0;
};

/// Those standard streams of one invocation that lead to streams of the embedder's, as the guest's
/// thread has them.
class StandardStreams {
 public:
  virtual ~StandardStreams() = default;
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Whether this stream is one of them.
  bool Has(StandardStream stream) const noexcept { return streams_.Has(stream); }

  struct Readiness {
    /// That can be read, or written, without a wait.
    size_t bytes = 0;
    /// Of input: nothing comes after these.
    bool has_ended = false;

    bool is_ready() const noexcept { return bytes > 0 || has_ended; }
  };
  /// Input that is not there is asked for by this.
  virtual Readiness Look(StandardStream stream) = 0;

  /// Waits until one of these is ready, until `until`, or until the invocation is to end. Gives
  /// whether one is.
  virtual bool Await(StreamSet streams, Invocation::Clock::time_point until,
                     Invocation& invocation) = 0;

  /// Reads what is there, at most `size`; gives how much.
  virtual size_t Read(uint8_t* data, size_t size) = 0;

  /// Writes as much as there is room for; gives how much.
  virtual size_t Write(StandardStream stream, const uint8_t* data, size_t size) = 0;

  /// Writes all of a short text, also beyond the room.
  virtual void Append(StandardStream stream, std::string_view text) = 0;

  /// What was written and has not left. The guest has ended: the embedder is told nothing any more.
  virtual std::vector<uint8_t> TakeRest(StandardStream stream) = 0;

 protected:
  explicit StandardStreams(StreamSet streams) : streams_(streams) {}

 private:
  const StreamSet streams_;
};

}  // namespace wasmedge_embed
