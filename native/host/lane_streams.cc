#include "host/lane_streams.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

#include "host/host_exchange.h"

namespace wasmedge_embed {
namespace {

using Clock = Invocation::Clock;

/// The room reported when a socket is writable, in bytes.
constexpr size_t kRoom = 64 * 1024;

/// Reads without blocking; 0 if nothing is there or the other side is gone.
size_t Receive(int socket, iovec* parts, size_t count, bool* is_gone) noexcept {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  while (true) {
    const ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT);
    if (received > 0) return static_cast<size_t>(received);
    if (received < 0 && errno == EINTR) continue;
    if (received == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) *is_gone = true;
    return 0;
  }
}

int MillisecondsUntil(Clock::time_point time) noexcept {
  if (time == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, INT_MAX));
}

}  // namespace

LaneStreams::LaneStreams(std::shared_ptr<HostExchange> exchange, StreamSet streams,
                         Announce announce, std::shared_ptr<StreamLane> lane)
    : StandardStreams(streams),
      exchange_(std::move(exchange)),
      announce_(std::move(announce)),
      lane_(std::move(lane)) {}

LaneStreams::~LaneStreams() {
  if (is_wanted_ && !input_has_ended_) ++lane_->unended_;
}

void LaneStreams::Consume(size_t size, size_t header_size) noexcept {
  StreamLane& lane = *lane_;
  lane.unread_ -= static_cast<uint32_t>(size);
  lane.header_size_ += header_size;
  if (lane.unread_ > 0 || lane.header_size_ < lane.header_.size()) return;
  lane.header_size_ = 0;
  for (size_t i = 0; i < lane.header_.size(); ++i) {
    lane.unread_ |= static_cast<uint32_t>(lane.header_[i]) << (8 * i);
  }
  if (lane.unread_ > 0) return;
  if (lane.unended_ > 0) {
    --lane.unended_;
  } else {
    input_has_ended_ = true;
  }
}

bool LaneStreams::Advance() {
  StreamLane& lane = *lane_;
  std::array<uint8_t, 4096> dropped;
  bool is_gone = false;
  while (!input_has_ended_ && (lane.unread_ == 0 || lane.unended_ > 0)) {
    const size_t size = std::min<size_t>(dropped.size(), lane.unread_);
    const size_t missing = size == lane.unread_ ? lane.header_.size() - lane.header_size_ : 0;
    iovec parts[] = {{dropped.data(), size}, {lane.header_.data() + lane.header_size_, missing}};
    const size_t received = Receive(lane.descriptors_[0], parts, 2, &is_gone);
    // This process is about to end as well.
    if (is_gone) input_has_ended_ = true;
    if (received == 0) return false;
    Consume(std::min(received, size), received - std::min(received, size));
  }
  return lane.unread_ > 0 && !input_has_ended_;
}

StandardStreams::Readiness LaneStreams::Look(StandardStream stream) {
  if (stream != StandardStream::kInput) {
    if (!SendRest(stream)) return {};
    pollfd polled{lane_->descriptors_[StreamLane::IndexOf(stream)], POLLOUT, 0};
    return {poll(&polled, 1, 0) > 0 ? kRoom : 0, false};
  }
  if (!std::exchange(is_wanted_, true)) announce_(StandardStream::kInput);
  if (!Advance()) return {0, input_has_ended_};
  int there = 0;
  if (ioctl(lane_->descriptors_[0], FIONREAD, &there) != 0) there = 0;
  return {std::min(lane_->unread_, static_cast<uint32_t>(there)), false};
}

bool LaneStreams::Await(StreamSet streams, Clock::time_point until, Invocation& invocation) {
  // Requests input; also notices a recorded end of the input, which the socket does not report
  // again.
  if (streams.Has(StandardStream::kInput) && Look(StandardStream::kInput).is_ready()) return true;
  std::array<StandardStream, 3> awaited{};
  std::array<pollfd, 3> polled{};
  size_t count = 0;
  for (const StandardStream each : kStandardStreams) {
    if (!streams.Has(each)) continue;
    const short events = each == StandardStream::kInput ? POLLIN : POLLOUT;
    polled[count] = {lane_->descriptors_[StreamLane::IndexOf(each)], events, 0};
    awaited[count++] = each;
  }
  const auto is_ready = [&] {
    for (size_t i = 0; i < count; ++i) {
      if (polled[i].revents == 0) continue;
      // Readable bytes may belong to another invocation, or be only a part of a length.
      const bool is_input = awaited[i] == StandardStream::kInput;
      if (is_input ? Look(awaited[i]).is_ready() : SendRest(awaited[i])) return true;
    }
    return false;
  };
  return exchange_->AwaitElsewhere(
      [&](Clock::time_point time) {
        return poll(polled.data(), count, MillisecondsUntil(time)) > 0 && is_ready();
      },
      until, invocation);
}

size_t LaneStreams::Read(uint8_t* data, size_t size) {
  if (size == 0 || !Advance()) return 0;
  StreamLane& lane = *lane_;
  const size_t most = std::min<size_t>(size, lane.unread_);
  // Also reads the next length if all of this frame fits, so one call serves both.
  iovec parts[] = {{data, most}, {lane.header_.data(), lane.header_.size()}};
  bool is_gone = false;
  const size_t received =
      Receive(lane.descriptors_[0], parts, most == lane.unread_ ? 2 : 1, &is_gone);
  if (is_gone) input_has_ended_ = true;
  const size_t read = std::min(received, most);
  if (received > 0) Consume(read, received - read);
  return read;
}

size_t LaneStreams::Write(StandardStream stream, const uint8_t* data, size_t size) {
  return SendRest(stream) ? Send(stream, data, size) : 0;
}

void LaneStreams::Append(StandardStream stream, std::string_view text) {
  std::vector<uint8_t>& rest = rest_[StreamLane::IndexOf(stream)];
  rest.insert(rest.end(), text.begin(), text.end());
  SendRest(stream);
}

std::vector<uint8_t> LaneStreams::TakeRest(StandardStream stream) {
  return std::exchange(rest_[StreamLane::IndexOf(stream)], {});
}

bool LaneStreams::SendRest(StandardStream stream) {
  std::vector<uint8_t>& rest = rest_[StreamLane::IndexOf(stream)];
  if (rest.empty()) return true;
  const size_t sent = Send(stream, rest.data(), rest.size());
  rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(sent));
  return rest.empty();
}

size_t LaneStreams::Send(StandardStream stream, const uint8_t* data, size_t size) noexcept {
  const size_t index = StreamLane::IndexOf(stream);
  while (true) {
    const ssize_t sent = send(lane_->descriptors_[index], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      lane_->written_[index] += static_cast<uint64_t>(sent);
      return static_cast<size_t>(sent);
    }
    if (errno == EINTR) continue;
    // If nobody is there anymore, this process is about to end as well.
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : size;
  }
}

}  // namespace wasmedge_embed
