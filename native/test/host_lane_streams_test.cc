#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/host_exchange.h"
#include "host/lane_streams.h"

namespace wasmedge_embed {
namespace {

constexpr auto kForever = Invocation::Clock::time_point::max();

/// A pair of sockets: the guest's end first.
class Sockets {
 public:
  Sockets() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  ~Sockets() {
    for (const int end : ends_) close(end);
  }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  int guest() const noexcept { return ends_[0]; }

  void Send(std::string_view bytes) const {
    EXPECT_EQ(write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string Receive() const {
    std::array<char, 1 << 20> bytes;
    const ssize_t size = recv(ends_[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
    return {bytes.data(), size < 0 ? 0 : static_cast<size_t>(size)};
  }

 private:
  std::array<int, 2> ends_{};
};

std::string Frame(std::string_view bytes) {
  std::string frame;
  for (int shift = 0; shift < 32; shift += 8) {
    frame.push_back(static_cast<char>((bytes.size() >> shift) & 0xff));
  }
  return frame.append(bytes);
}

const std::string kEnd(4, '\0');

class LaneStreamsTest : public testing::Test {
 protected:
  void Begin() {
    streams_.reset();
    StreamSet all;
    for (const StandardStream each : kStandardStreams) all.Add(each);
    streams_ = std::make_unique<LaneStreams>(
        exchange_, all, [this](StandardStream) { ++announced_; }, lane_);
  }

  std::string Read(size_t most) {
    std::vector<uint8_t> bytes(most);
    bytes.resize(streams_->Read(bytes.data(), most));
    return {bytes.begin(), bytes.end()};
  }
  size_t Write(StandardStream stream, std::string_view text) {
    return streams_->Write(stream, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  bool Await(StandardStream stream, Invocation& invocation,
             Invocation::Clock::time_point until = kForever) {
    StreamSet set;
    set.Add(stream);
    return streams_->Await(set, until, invocation);
  }
  StandardStreams::Readiness Look() { return streams_->Look(StandardStream::kInput); }

  const Sockets data_;
  const Sockets error_;
  const std::shared_ptr<HostExchange> exchange_ = std::make_shared<HostExchange>(nullptr);
  const std::shared_ptr<StreamLane> lane_ =
      std::make_shared<StreamLane>(data_.guest(), error_.guest());
  int announced_ = 0;
  std::unique_ptr<LaneStreams> streams_;
};

TEST_F(LaneStreamsTest, ReadsFramesInWhateverPartsTheyCome) {
  Begin();
  EXPECT_FALSE(Look().is_ready());
  EXPECT_EQ(announced_, 1);
  const std::string sent = Frame("first") + Frame("second") + kEnd;
  std::string read;
  for (const char each : sent) {
    data_.Send({&each, 1});
    read += Read(3);
  }
  while (Look().bytes > 0) read += Read(3);
  EXPECT_EQ(read, "firstsecond");
  EXPECT_TRUE(Look().has_ended);
  EXPECT_EQ(Read(3), "");
  EXPECT_EQ(announced_, 1);
}

TEST_F(LaneStreamsTest, DropsWhatEarlierOnesHaveNotRead) {
  Begin();
  EXPECT_FALSE(Look().is_ready());
  data_.Send(Frame("not all of this") + Frame(std::string(10000, 'x')));
  EXPECT_EQ(Read(3), "not");
  Begin();
  EXPECT_FALSE(Look().is_ready());
  // A third one begins before the second has seen the end of the first.
  Begin();
  EXPECT_FALSE(Look().is_ready());
  data_.Send(Frame("still the first") + kEnd + Frame("second") + kEnd + Frame("third"));
  EXPECT_EQ(Look().bytes, 5u);
  EXPECT_EQ(Read(100), "third");
  data_.Send(kEnd);
  EXPECT_TRUE(Look().has_ended);
}

TEST_F(LaneStreamsTest, OfInputThatNobodyWantedThereIsNoEnd) {
  Begin();
  Begin();
  EXPECT_FALSE(Look().is_ready());
  data_.Send(Frame("mine"));
  EXPECT_EQ(Read(100), "mine");
}

TEST_F(LaneStreamsTest, WritesAsItIsAndCounts) {
  Begin();
  EXPECT_EQ(Write(StandardStream::kOutput, "out"), 3u);
  EXPECT_EQ(Write(StandardStream::kError, "error"), 5u);
  EXPECT_EQ(data_.Receive(), "out");
  EXPECT_EQ(error_.Receive(), "error");
  EXPECT_EQ(lane_->TakeWritten(), (std::array<uint64_t, 2>{3, 5}));
  EXPECT_EQ(lane_->TakeWritten(), (std::array<uint64_t, 2>{0, 0}));
}

TEST_F(LaneStreamsTest, KeepsAShortTextThatHasNoRoomAndItsPlace) {
  Begin();
  const std::string many(1 << 20, 'x');
  while (Write(StandardStream::kError, many) > 0) {
  }
  streams_->Append(StandardStream::kError, "the end");
  EXPECT_EQ(Write(StandardStream::kError, "later"), 0u);
  EXPECT_EQ(streams_->Look(StandardStream::kError).bytes, 0u);
  while (!error_.Receive().empty()) {
  }
  EXPECT_EQ(Write(StandardStream::kError, "later"), 5u);
  EXPECT_EQ(error_.Receive(), "the endlater");
  streams_->Append(StandardStream::kError, "");
  EXPECT_TRUE(streams_->TakeRest(StandardStream::kError).empty());
}

TEST_F(LaneStreamsTest, WaitsForEitherSide) {
  Begin();
  Invocation invocation(kForever, exchange_.get());
  std::thread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    data_.Send(Frame("late"));
  });
  EXPECT_TRUE(Await(StandardStream::kInput, invocation));
  EXPECT_EQ(Read(100), "late");
  other.join();
  while (Write(StandardStream::kOutput, "some text") > 0) {
  }
  std::thread taker([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    while (!data_.Receive().empty()) {
    }
  });
  EXPECT_TRUE(Await(StandardStream::kOutput, invocation));
  taker.join();
}

TEST_F(LaneStreamsTest, WaitsNoLongerThanItMay) {
  Begin();
  Invocation invocation(kForever, exchange_.get());
  const auto soon = Invocation::Clock::now() + std::chrono::milliseconds(3);
  EXPECT_FALSE(Await(StandardStream::kInput, invocation, soon));
  Invocation late(soon, exchange_.get());
  EXPECT_FALSE(Await(StandardStream::kInput, late));
  EXPECT_EQ(late.stop_reason(), StopReason::kTimeout);
}

TEST_F(LaneStreamsTest, EndsWhereTheOtherSideIsGone) {
  auto sockets = std::make_unique<Sockets>();
  const int guest = dup(sockets->guest());
  const auto lane = std::make_shared<StreamLane>(guest, guest);
  StreamSet all;
  for (const StandardStream each : kStandardStreams) all.Add(each);
  LaneStreams streams(exchange_, all, [](StandardStream) {}, lane);
  sockets.reset();
  EXPECT_TRUE(streams.Look(StandardStream::kInput).has_ended);
  const std::array<uint8_t, 3> bytes{};
  EXPECT_EQ(streams.Write(StandardStream::kOutput, bytes.data(), bytes.size()), bytes.size());
  close(guest);
}

}  // namespace
}  // namespace wasmedge_embed
