#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/buffered_streams.h"
#include "host/host_exchange.h"
#include "test/wasi_fixture.h"
#include "wasi/inherited_output.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kLongWait = 3'600'000'000'000;

/// A guest whose standard streams are the embedder's.
class WasiEmbedderStreams : public WasiTest {
 protected:
  WasiEmbedderStreams() { Begin(WasiInput::kUnlimited, false); }

  void Begin(uint64_t output_limit, bool limits_streams) {
    StreamSet all;
    for (const StandardStream each : kStandardStreams) all.Add(each);
    streams_ = std::make_shared<BufferedStreams>(std::make_shared<HostExchange>(nullptr), all,
                                                 [](StandardStream) {});
    WasiInput input = Input();
    input.streams = streams_;
    input.output_limit = output_limit;
    input.limits_streams = limits_streams;
    state_.Reset(std::move(input));
  }

  void Feed(std::string_view text) {
    streams_->Feed(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }

  std::string Taken(StandardStream stream) { return Text(streams_->Take(stream)); }

  void SetNonblocking(uint32_t fd) {
    EXPECT_EQ(Call("fd_fdstat_set_flags", {fd, wasi::fdflags::kNonblock}), Errno::kSuccess);
  }

  std::vector<wasi::Event> Poll(const std::vector<wasi::Subscription>& subscriptions) {
    uint32_t address = kPath;
    for (const wasi::Subscription& each : subscriptions) {
      guest_.Write(address, each);
      address += sizeof(each);
    }
    EXPECT_EQ(Call("poll_oneoff", {kPath, kBuffer, subscriptions.size(), kOut}), Errno::kSuccess);
    std::vector<wasi::Event> events;
    for (uint32_t i = 0; i < guest_.Read<uint32_t>(kOut); ++i) {
      events.push_back(guest_.Read<wasi::Event>(kBuffer + i * sizeof(wasi::Event)));
    }
    return events;
  }

  static wasi::Subscription Of(uint64_t userdata, uint8_t type, uint32_t id, uint64_t timeout = 0) {
    wasi::Subscription subscription{};
    subscription.userdata = userdata;
    subscription.type = type;
    subscription.id = id;
    subscription.timeout = timeout;
    return subscription;
  }

  std::shared_ptr<BufferedStreams> streams_;
};

TEST_F(WasiEmbedderStreams, ReadWhatIsThereAndTheEnd) {
  Feed("abc");
  EXPECT_EQ(Read(0, {{kBuffer, 2}, {kBuffer + 10, 9}}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 3u);
  EXPECT_EQ(guest_.ReadString(kBuffer, 2) + guest_.ReadString(kBuffer + 10, 1), "abc");
  EXPECT_EQ(Read(0, {{kBuffer, 0}}), Errno::kSuccess) << "waits for nothing";
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 0u);
  std::thread later([this] { Feed("later"); });
  EXPECT_EQ(MustRead(0), "later");
  later.join();
  streams_->EndInput();
  EXPECT_EQ(MustRead(0), "");
  EXPECT_EQ(MustRead(0), "");
}

TEST_F(WasiEmbedderStreams, WriteAllAndWaitForRoom) {
  const std::string large(3000, 'x');
  std::string taken;
  std::thread embedder([&] {
    while (taken.size() < 1000 * large.size()) taken += Taken(StandardStream::kOutput);
  });
  for (int count = 0; count < 1000; ++count) {
    EXPECT_EQ(Write(1, large), Errno::kSuccess);
    EXPECT_EQ(guest_.Read<uint32_t>(kOut), large.size());
  }
  embedder.join();
  EXPECT_EQ(Write(2, "error"), Errno::kSuccess);
  EXPECT_EQ(Taken(StandardStream::kError), "error");
  EXPECT_TRUE(state_.TakeStdout().empty());
}

TEST_F(WasiEmbedderStreams, AnswerAgainWhereTheGuestDoesNotWait) {
  SetNonblocking(0);
  EXPECT_EQ(Read(0, {{kBuffer, 9}}), Errno::kAgain);
  Feed("a");
  EXPECT_EQ(MustRead(0), "a");
  SetNonblocking(1);
  const std::string text(40'000, 'x');
  while (streams_->Look(StandardStream::kOutput).bytes >= text.size()) {
    EXPECT_EQ(Write(1, text), Errno::kSuccess);
  }
  EXPECT_EQ(Write(1, text), Errno::kSuccess);
  EXPECT_LT(guest_.Read<uint32_t>(kOut), text.size()) << "what there was room for";
  EXPECT_EQ(Write(1, text), Errno::kAgain);
}

TEST_F(WasiEmbedderStreams, ArePolledWithClocks) {
  const auto input = Of(1, 1, 0);
  auto events = Poll({input, Of(2, 0, 1, 10'000'000)});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].userdata, 2u) << "the clock alone";
  std::thread later([this] { Feed("abc"); });
  events = Poll({input, Of(2, 0, 1, kLongWait)});
  later.join();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].userdata, 1u);
  EXPECT_EQ(events[0].byte_count, 3u);
  EXPECT_EQ(events[0].flags, 0);
  events = Poll({Of(3, 2, 1), Of(4, 2, 2)});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].byte_count, BufferedStreams::kCapacity);
  EXPECT_EQ(MustRead(0), "abc");
  streams_->EndInput();
  events = Poll({input});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].flags, wasi::kEventHangup);
}

TEST_F(WasiEmbedderStreams, CountForTheLimitOnlyWhereTheyAreTo) {
  Begin(10, false);
  EXPECT_EQ(Write(1, "more than ten bytes"), Errno::kSuccess);
  Begin(10, true);
  EXPECT_EQ(Write(1, "12345"), Errno::kSuccess);
  Taken(StandardStream::kOutput);
  EXPECT_EQ(Write(2, "12345"), Errno::kSuccess);
  EXPECT_EQ(state_.remaining_output(wasi::DescriptorKind::kStdout), 0u);
}

/// Input whose last bytes, and the end after them, arrive between a read and the check after it, as
/// may happen with another thread.
class LateInput : public StandardStreams {
 public:
  explicit LateInput(std::string_view text)
      : StandardStreams(InputAlone()), text_(text.begin(), text.end()) {}

  Readiness Look(StandardStream) override {
    has_come_ = true;
    return {text_.size(), true};
  }
  bool Await(StreamSet, Invocation::Clock::time_point, Invocation&) override { return true; }
  size_t Read(uint8_t* data, size_t size) override {
    const size_t read = has_come_ ? std::min(size, text_.size()) : 0;
    std::copy_n(text_.begin(), read, data);
    text_.erase(0, read);
    return read;
  }
  size_t Write(StandardStream, const uint8_t*, size_t) override { return 0; }
  void Append(StandardStream, std::string_view) override {}
  std::vector<uint8_t> TakeRest(StandardStream) override { return {}; }

 private:
  static StreamSet InputAlone() {
    StreamSet input;
    input.Add(StandardStream::kInput);
    return input;
  }

  std::string text_;
  bool has_come_ = false;
};

TEST_F(WasiEmbedderStreams, GiveTheLastBytesThatComeTogetherWithTheEnd) {
  for (const bool waits : {true, false}) {
    WasiInput input = Input();
    input.streams = std::make_shared<LateInput>("last words");
    state_.Reset(std::move(input));
    if (!waits) SetNonblocking(0);
    EXPECT_EQ(Read(0, {{kBuffer, 4}, {kBuffer + 4, 100}}), Errno::kSuccess);
    ASSERT_EQ(guest_.Read<uint32_t>(kOut), 10u);
    EXPECT_EQ(guest_.ReadString(kBuffer, 10), "last words");
    EXPECT_EQ(MustRead(0), "");
  }
}

/// For a pipe that is full.
TEST(InheritedOutput, IsWrittenWithWaitsThatEnd) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  std::vector<uint8_t> memory(100'000, 'x');
  const wasi::Iovec iovec{16, 90'000};
  std::memcpy(memory.data(), &iovec, sizeof(iovec));
  wasi::Buffers buffers;
  ASSERT_EQ(buffers.Load({memory.data(), memory.size()}, 0, 1), wasi::Errno::kSuccess);
  Invocation invocation;
  uint32_t size = 0;
  // Without waiting, as much as fits into a pipe, which is 64 KiB.
  EXPECT_EQ(wasi::WriteInherited(pipe_ends[1], false, buffers, invocation, &size),
            wasi::Errno::kSuccess);
  EXPECT_EQ(size, 65'536u);
  size = 0;
  EXPECT_EQ(wasi::WriteInherited(pipe_ends[1], false, buffers, invocation, &size),
            wasi::Errno::kAgain);
  invocation.RequestStop(StopReason::kAborted);
  EXPECT_EQ(wasi::WriteInherited(pipe_ends[1], true, buffers, invocation, &size),
            wasi::Errno::kAgain);
  close(pipe_ends[0]);
  signal(SIGPIPE, SIG_IGN);
  Invocation next;
  EXPECT_EQ(wasi::WriteInherited(pipe_ends[1], true, buffers, next, &size), wasi::Errno::kPipe);
  signal(SIGPIPE, SIG_DFL);
  close(pipe_ends[1]);
}

}  // namespace
}  // namespace wasmedge_embed
