#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/buffered_streams.h"
#include "host/host_exchange.h"

namespace wasmedge_embed {
namespace {

constexpr auto kForever = Invocation::Clock::time_point::max();

StreamSet SetOf(StandardStream stream) {
  StreamSet set;
  set.Add(stream);
  return set;
}

const uint8_t* BytesOf(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

class BufferedStreamsTest : public testing::Test {
 protected:
  static StreamSet All() {
    StreamSet all;
    for (const StandardStream each : kStandardStreams) all.Add(each);
    return all;
  }

  std::string Read(size_t most) {
    std::vector<uint8_t> bytes(most);
    bytes.resize(streams_.Read(bytes.data(), most));
    return {bytes.begin(), bytes.end()};
  }

  std::string Take(StandardStream stream) {
    const std::vector<uint8_t> taken = streams_.Take(stream);
    return {taken.begin(), taken.end()};
  }

  size_t Feed(std::string_view text) { return streams_.Feed(BytesOf(text), text.size()); }
  size_t Write(std::string_view text) {
    return streams_.Write(StandardStream::kOutput, BytesOf(text), text.size());
  }

  std::shared_ptr<HostExchange> exchange_ = std::make_shared<HostExchange>(nullptr);
  std::array<std::atomic<int>, 3> announced_{};
  BufferedStreams streams_{exchange_, All(), [this](StandardStream stream) {
                             ++announced_[static_cast<size_t>(stream)];
                           }};
};

TEST_F(BufferedStreamsTest, GiveInputAsItComesAndItsEndOnce) {
  EXPECT_FALSE(streams_.Look(StandardStream::kInput).is_ready());
  EXPECT_EQ(announced_[0], 1);
  streams_.Look(StandardStream::kInput);
  EXPECT_EQ(announced_[0], 1) << "told once";
  EXPECT_EQ(Feed("hello"), 5u);
  EXPECT_EQ(Read(3), "hel");
  EXPECT_EQ(Read(0), "");
  EXPECT_EQ(Read(9), "lo");
  EXPECT_EQ(Read(9), "");
  streams_.EndInput();
  EXPECT_TRUE(streams_.Look(StandardStream::kInput).has_ended);
  EXPECT_EQ(Feed("more"), 0u);
  EXPECT_EQ(announced_[0], 1);
}

TEST_F(BufferedStreamsTest, TakeNoMoreInputThanThereIsRoomForAndAskAgain) {
  streams_.Look(StandardStream::kInput);
  std::vector<uint8_t> bytes(BufferedStreams::kCapacity + 100);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(streams_.Feed(bytes.data(), bytes.size()), BufferedStreams::kCapacity);
  std::vector<uint8_t> read(bytes.size());
  EXPECT_EQ(streams_.Read(read.data(), 1000), 1000u);
  EXPECT_EQ(announced_[0], 1) << "more than half is there";
  EXPECT_EQ(streams_.Feed(bytes.data() + BufferedStreams::kCapacity, 100), 100u);
  EXPECT_EQ(streams_.Read(read.data() + 1000, read.size()), bytes.size() - 1000) << "over the end";
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(announced_[0], 2);
}

TEST_F(BufferedStreamsTest, TellOfOutputUntilNothingIsFound) {
  EXPECT_EQ(Write("a"), 1u);
  EXPECT_EQ(Write("b"), 1u);
  EXPECT_EQ(announced_[1], 1);
  EXPECT_EQ(Take(StandardStream::kOutput), "ab");
  EXPECT_EQ(Write("c"), 1u);
  EXPECT_EQ(announced_[1], 1) << "who takes comes again";
  EXPECT_EQ(Take(StandardStream::kOutput), "c");
  EXPECT_EQ(Take(StandardStream::kOutput), "");
  EXPECT_EQ(Write("d"), 1u);
  EXPECT_EQ(announced_[1], 2);
  EXPECT_EQ(announced_[2], 0);
  EXPECT_EQ(streams_.TakeRest(StandardStream::kOutput), std::vector<uint8_t>{'d'});
}

TEST_F(BufferedStreamsTest, BoundOutputButForAFewWords) {
  const std::string text(BufferedStreams::kCapacity + 1, 'x');
  EXPECT_EQ(Write(text), BufferedStreams::kCapacity);
  EXPECT_EQ(Write("y"), 0u);
  EXPECT_FALSE(streams_.Look(StandardStream::kOutput).is_ready());
  streams_.Append(StandardStream::kOutput, "abort");
  EXPECT_EQ(Take(StandardStream::kOutput).size(), BufferedStreams::kCapacity + 5);
  EXPECT_EQ(streams_.Look(StandardStream::kOutput).bytes, BufferedStreams::kCapacity);
}

TEST_F(BufferedStreamsTest, EndAWaitThatIsStoppedOrOverdue) {
  Invocation invocation;
  EXPECT_FALSE(streams_.Await(SetOf(StandardStream::kInput),
                              Invocation::Clock::now() + std::chrono::milliseconds(5), invocation));
  std::thread stopping([&] {
    invocation.RequestStop(StopReason::kAborted);
    exchange_->Wake();
  });
  EXPECT_FALSE(streams_.Await(SetOf(StandardStream::kInput), kForever, invocation));
  stopping.join();
  Invocation overdue(Invocation::Clock::now() + std::chrono::milliseconds(5));
  EXPECT_FALSE(streams_.Await(SetOf(StandardStream::kInput), kForever, overdue));
  EXPECT_EQ(overdue.stop_reason(), StopReason::kTimeout);
}

TEST_F(BufferedStreamsTest, WakeAGuestThatWaitsForEither) {
  Invocation invocation;
  StreamSet both = SetOf(StandardStream::kInput);
  both.Add(StandardStream::kOutput);
  const std::string text(BufferedStreams::kCapacity, 'x');
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Write(text), text.size());
    std::thread embedder([&] {
      if (round == 0) {
        Feed("a");
      } else {
        Take(StandardStream::kOutput);
      }
    });
    EXPECT_TRUE(streams_.Await(both, kForever, invocation));
    embedder.join();
    EXPECT_EQ(Read(1), round == 0 ? "a" : "");
    Take(StandardStream::kOutput);
  }
}

/// All bytes pass from one thread to the other, each waiting for the other.
TEST_F(BufferedStreamsTest, CarryMegabytesBetweenTwoThreads) {
  constexpr size_t kBytes = 16 * 1024 * 1024;
  Invocation invocation;
  std::thread guest([&] {
    std::vector<uint8_t> buffer(70'000);
    while (true) {
      streams_.Await(SetOf(StandardStream::kInput), kForever, invocation);
      const size_t size = streams_.Read(buffer.data(), buffer.size());
      if (size == 0) break;
      for (size_t at = 0; at < size;) {
        at += streams_.Write(StandardStream::kOutput, buffer.data() + at, size - at);
        if (at < size) streams_.Await(SetOf(StandardStream::kOutput), kForever, invocation);
      }
    }
  });
  std::vector<uint8_t> piece(100'000);
  size_t fed = 0;
  size_t taken = 0;
  while (taken < kBytes) {
    const size_t size = std::min(piece.size(), kBytes - fed);
    for (size_t index = 0; index < size; ++index) {
      piece[index] = static_cast<uint8_t>((fed + index) % 251);
    }
    fed += streams_.Feed(piece.data(), size);
    if (fed == kBytes) streams_.EndInput();
    for (const uint8_t byte : streams_.Take(StandardStream::kOutput)) {
      if (byte != taken % 251) FAIL() << "at byte " << taken;
      ++taken;
    }
    std::this_thread::yield();
  }
  guest.join();
  EXPECT_EQ(taken, kBytes);
}

}  // namespace
}  // namespace wasmedge_embed
