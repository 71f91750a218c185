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

/// The standard streams of one invocation that are connected to streams of the embedder, for the
/// guest's thread.
class StandardStreams {
 public:
  virtual ~StandardStreams() = default;
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Whether this stream is one of them.
  bool Has(StandardStream stream) const noexcept { return streams_.Has(stream); }

  struct Readiness {
    /// Can be read or written without waiting.
    size_t bytes = 0;
    /// For input: nothing comes after these.
    bool has_ended = false;

    bool is_ready() const noexcept { return bytes > 0 || has_ended; }
  };
  /// If no input is available, this requests some.
  virtual Readiness Look(StandardStream stream) = 0;

  /// Waits until one of these is ready, until `until`, or until the invocation is to end. Returns
  /// whether one is.
  virtual bool Await(StreamSet streams, Invocation::Clock::time_point until,
                     Invocation& invocation) = 0;

  /// Reads at most `size` available bytes; returns their number.
  virtual size_t Read(uint8_t* data, size_t size) = 0;

  /// Writes as much as there is room for; returns the number of bytes.
  virtual size_t Write(StandardStream stream, const uint8_t* data, size_t size) = 0;

  /// Writes all of a short text, even beyond the available room.
  virtual void Append(StandardStream stream, std::string_view text) = 0;

  /// Output that has not been sent yet. The guest has ended: the embedder is not notified anymore.
  virtual std::vector<uint8_t> TakeRest(StandardStream stream) = 0;

 protected:
  explicit StandardStreams(StreamSet streams) : streams_(streams) {}

 private:
  const StreamSet streams_;
};

}  // namespace wasmedge_embed
