#include "host/buffered_streams.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/host_exchange.h"

namespace wasmedge_embed {

BufferedStreams::BufferedStreams(std::shared_ptr<HostExchange> exchange, StreamSet streams,
                                 Announce announce)
    : StandardStreams(streams), exchange_(std::move(exchange)), announce_(std::move(announce)) {}

BufferedStreams::Readiness BufferedStreams::LookLocked(StandardStream stream) noexcept {
  if (stream == StandardStream::kInput) return {input_size_, input_has_ended_};
  const size_t size = OutputOf(stream).bytes.size();
  return {kCapacity - std::min(kCapacity, size), false};
}

bool BufferedStreams::WantsInput() noexcept {
  // Requested before it is used up, so that both sides can work at the same time.
  if (input_is_announced_ || input_has_ended_ || input_size_ > kCapacity / 2) return false;
  input_is_announced_ = true;
  return true;
}

BufferedStreams::Readiness BufferedStreams::Look(StandardStream stream) {
  Readiness readiness;
  bool is_wanted = false;
  {
    const auto lock = exchange_->Lock();
    readiness = LookLocked(stream);
    is_wanted = stream == StandardStream::kInput && WantsInput();
  }
  if (is_wanted) announce_(StandardStream::kInput);
  return readiness;
}

bool BufferedStreams::Await(StreamSet streams, Invocation::Clock::time_point until,
                            Invocation& invocation) {
  if (streams.Has(StandardStream::kInput)) Look(StandardStream::kInput);
  return exchange_->Await(
      [&] {
        return std::any_of(
            kStandardStreams.begin(), kStandardStreams.end(),
            [&](StandardStream each) { return streams.Has(each) && LookLocked(each).is_ready(); });
      },
      until, invocation);
}

size_t BufferedStreams::Read(uint8_t* data, size_t size) {
  size_t read = 0;
  bool is_wanted = false;
  {
    const auto lock = exchange_->Lock();
    read = std::min(size, input_size_);
    const size_t first = std::min(read, kCapacity - input_begin_);
    if (first > 0) std::memcpy(data, input_.get() + input_begin_, first);
    if (read > first) std::memcpy(data + first, input_.get(), read - first);
    input_begin_ = (input_begin_ + read) % kCapacity;
    input_size_ -= read;
    is_wanted = WantsInput();
  }
  if (is_wanted) announce_(StandardStream::kInput);
  return read;
}

size_t BufferedStreams::Write(StandardStream stream, const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  size_t written = 0;
  bool is_news = false;
  {
    const auto lock = exchange_->Lock();
    Output& output = OutputOf(stream);
    written = std::min(size, kCapacity - std::min(kCapacity, output.bytes.size()));
    if (written == 0) return 0;
    Append(output, data, written);
    is_news = !std::exchange(output.is_announced, true);
  }
  if (is_news) announce_(stream);
  return written;
}

void BufferedStreams::Append(StandardStream stream, std::string_view text) {
  bool is_news = false;
  {
    const auto lock = exchange_->Lock();
    Output& output = OutputOf(stream);
    Append(output, reinterpret_cast<const uint8_t*>(text.data()), text.size());
    is_news = !std::exchange(output.is_announced, true);
  }
  if (is_news) announce_(stream);
}

void BufferedStreams::Append(Output& output, const uint8_t* data, size_t size) {
  // Allocated at once if there is more than a little: the filled vector is handed over without
  // copying.
  if (output.bytes.size() + size > output.bytes.capacity()) {
    constexpr size_t kLittle = 4096;
    const size_t needed = output.bytes.size() + size;
    output.bytes.reserve(needed <= kLittle ? kLittle : std::max(needed, kCapacity));
  }
  output.bytes.insert(output.bytes.end(), data, data + size);
}

std::vector<uint8_t> BufferedStreams::TakeRest(StandardStream stream) {
  const auto lock = exchange_->Lock();
  return std::exchange(OutputOf(stream).bytes, {});
}

size_t BufferedStreams::Feed(const uint8_t* data, size_t size) {
  size_t fed = 0;
  {
    const auto lock = exchange_->Lock();
    if (input_has_ended_) return 0;
    // Not zeroed first: every byte is written before it is read.
    if (!input_) input_.reset(new uint8_t[kCapacity]);
    fed = std::min(size, kCapacity - input_size_);
    const size_t end = (input_begin_ + input_size_) % kCapacity;
    const size_t first = std::min(fed, kCapacity - end);
    if (first > 0) std::memcpy(input_.get() + end, data, first);
    if (fed > first) std::memcpy(input_.get(), data + first, fed - first);
    input_size_ += fed;
    if (fed < size || size == 0) input_is_announced_ = false;
  }
  exchange_->NotifyGuest();
  return fed;
}

void BufferedStreams::EndInput() {
  {
    const auto lock = exchange_->Lock();
    input_has_ended_ = true;
  }
  exchange_->NotifyGuest();
}

std::vector<uint8_t> BufferedStreams::Take(StandardStream stream) {
  std::vector<uint8_t> taken;
  {
    const auto lock = exchange_->Lock();
    Output& output = OutputOf(stream);
    taken.swap(output.bytes);
    if (taken.empty()) output.is_announced = false;
  }
  if (!taken.empty()) exchange_->NotifyGuest();
  return taken;
}

}  // namespace wasmedge_embed
