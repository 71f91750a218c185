#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "test/wasi_fixture.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kLongWait = 3'600'000'000'000;

class WasiPoll : public WasiTest {
 protected:
  static wasi::Subscription ClockSubscription(uint64_t userdata, uint32_t clock, uint64_t timeout,
                                              uint16_t flags = 0) {
    wasi::Subscription subscription{};
    subscription.userdata = userdata;
    subscription.type = 0;
    subscription.id = clock;
    subscription.timeout = timeout;
    subscription.flags = flags;
    return subscription;
  }
  static wasi::Subscription FdSubscription(uint64_t userdata, uint8_t type, uint32_t fd) {
    wasi::Subscription subscription{};
    subscription.userdata = userdata;
    subscription.type = type;
    subscription.id = fd;
    return subscription;
  }

  void WriteSubscriptions(const std::vector<wasi::Subscription>& subscriptions) {
    uint32_t address = kPath;
    for (const wasi::Subscription& subscription : subscriptions) {
      guest_.Write(address, subscription);
      address += sizeof(subscription);
    }
  }

  std::vector<wasi::Event> Poll(const std::vector<wasi::Subscription>& subscriptions) {
    WriteSubscriptions(subscriptions);
    EXPECT_EQ(Call("poll_oneoff", {kPath, kBuffer, subscriptions.size(), kOut}), Errno::kSuccess);
    std::vector<wasi::Event> events;
    for (uint32_t i = 0; i < guest_.Read<uint32_t>(kOut); ++i) {
      events.push_back(guest_.Read<wasi::Event>(kBuffer + i * sizeof(wasi::Event)));
    }
    return events;
  }

  Errno PollErrno(const wasi::Subscription& subscription) {
    WriteSubscriptions({subscription});
    return Call("poll_oneoff", {kPath, kBuffer, 1, kOut});
  }

  uint64_t Now(uint32_t clock) {
    EXPECT_EQ(Call("clock_time_get", {clock, 0, kOut}), Errno::kSuccess);
    return guest_.Read<uint64_t>(kOut);
  }

  static Errno ErrorOf(const wasi::Event& event) { return static_cast<Errno>(event.error); }
};

TEST_F(WasiPoll, WaitsUntilTheFirstClockIsDue) {
  for (const uint32_t clock : {0u, 1u}) {
    const uint64_t before = Now(1);
    const auto events =
        Poll({ClockSubscription(7, clock, kLongWait), ClockSubscription(8, clock, 20'000'000)});
    // Exact, whatever the load on the machine: no wait may end early.
    EXPECT_GE(Now(1), before + 20'000'000);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 8u);
    EXPECT_EQ(events[0].type, 0);
    EXPECT_EQ(ErrorOf(events[0]), Errno::kSuccess);
  }
}

TEST_F(WasiPoll, WaitsForAMomentOfEitherClock) {
  for (const uint32_t clock : {0u, 1u}) {
    const uint64_t before = Now(1);
    const uint64_t moment = Now(clock) + 20'000'000;
    EXPECT_EQ(Poll({ClockSubscription(1, clock, moment, 1)}).size(), 1u);
    if (clock == 1) {
      EXPECT_GE(Now(1), before + 20'000'000);
    }
  }
}

TEST_F(WasiPoll, ReportsEveryClockThatIsDue) {
  const auto events = Poll({ClockSubscription(1, 1, 0), ClockSubscription(2, 0, 0, 1),
                            ClockSubscription(3, 1, 1, 1), ClockSubscription(4, 1, kLongWait),
                            ClockSubscription(5, 0, ~uint64_t{0}, 1)});
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].userdata, 1u);
  EXPECT_EQ(events[1].userdata, 2u);
  EXPECT_EQ(events[2].userdata, 3u);
}

TEST_F(WasiPoll, DoesNotOverflowOnFarDeadlines) {
  for (const uint64_t timeout : {~uint64_t{0}, uint64_t{1} << 63, (uint64_t{1} << 63) - 1}) {
    for (const uint32_t clock : {0u, 1u}) {
      for (const uint16_t flags : {uint16_t{0}, uint16_t{1}}) {
        const auto events =
            Poll({ClockSubscription(1, clock, timeout, flags), FdSubscription(2, 1, 0)});
        ASSERT_EQ(events.size(), 1u);
        EXPECT_EQ(events[0].userdata, 2u);
      }
    }
  }
}

TEST_F(WasiPoll, NeverWaitsForDescriptors) {
  const uint32_t file = MustOpen("a.txt");
  const auto events =
      Poll({ClockSubscription(1, 1, kLongWait), FdSubscription(2, 1, 0), FdSubscription(3, 2, 1),
            FdSubscription(4, 2, 2), FdSubscription(5, 1, file)});
  ASSERT_EQ(events.size(), 4u);
  for (const wasi::Event& event : events) EXPECT_EQ(ErrorOf(event), Errno::kSuccess);
  EXPECT_EQ(events[0].byte_count, 5u);
  EXPECT_EQ(events[0].type, 1);
  EXPECT_EQ(events[0].flags, 0);
  EXPECT_GT(events[1].byte_count, 0u);
  EXPECT_EQ(events[1].type, 2);
  EXPECT_EQ(events[3].byte_count, 10u);
}

TEST_F(WasiPoll, TellsTheEndOfStdin) {
  ASSERT_EQ(MustRead(0), "hello");
  const auto events = Poll({FdSubscription(1, 1, 0)});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].byte_count, 0u);
  EXPECT_EQ(events[0].flags, 1);
}

TEST_F(WasiPoll, CountsFromTheOffsetOfAFile) {
  const uint32_t file = MustOpen("a.txt");
  for (const auto& [offset, left] : std::vector<std::pair<uint64_t, uint64_t>>{
           {4, 6}, {10, 0}, {11, 0}, {uint64_t{1} << 62, 0}}) {
    ASSERT_EQ(Call("fd_seek", {file, offset, 0, kOut}), Errno::kSuccess);
    const auto events = Poll({FdSubscription(1, 1, file)});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].byte_count, left);
  }
}

TEST_F(WasiPoll, CountsTheRoomThatTheOutputLimitLeaves) {
  WasiInput input;
  input.output_limit = 10;
  state_.Reset(std::move(input));
  ASSERT_EQ(Write(2, "abc"), Errno::kSuccess);
  EXPECT_EQ(Poll({FdSubscription(1, 2, 1)})[0].byte_count, 7u);
}

TEST_F(WasiPoll, ReportsWhatCannotBePolledAsAnEvent) {
  const uint32_t file = MustOpen("a.txt");
  const std::vector<wasi::Subscription> wrong = {
      FdSubscription(1, 1, 1),    FdSubscription(1, 2, 0), FdSubscription(1, 1, 3),
      FdSubscription(1, 2, file), FdSubscription(1, 1, 9), FdSubscription(1, 2, 0xFFFF'FFFF)};
  for (const wasi::Subscription& subscription : wrong) {
    const auto events = Poll({subscription, ClockSubscription(2, 1, kLongWait)});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(ErrorOf(events[0]), Errno::kBadf);
    EXPECT_EQ(events[0].type, subscription.type);
  }
  EXPECT_EQ(ErrorOf(Poll({ClockSubscription(1, 4, 0)})[0]), Errno::kInval);
  EXPECT_EQ(ErrorOf(Poll({ClockSubscription(1, 0xFFFF'FFFF, 0)})[0]), Errno::kInval);
  EXPECT_EQ(ErrorOf(Poll({ClockSubscription(1, 1, 0, 2)})[0]), Errno::kInval);
  EXPECT_EQ(ErrorOf(Poll({ClockSubscription(1, 2, 0)})[0]), Errno::kNotSup);
  EXPECT_EQ(ErrorOf(Poll({ClockSubscription(1, 3, 0)})[0]), Errno::kNotSup);
  ASSERT_EQ(Call("fd_fdstat_set_rights", {0, wasi::rights::kFdRead, 0}), Errno::kSuccess);
  EXPECT_EQ(ErrorOf(Poll({FdSubscription(1, 1, 0)})[0]), Errno::kNotCapable);
}

TEST_F(WasiPoll, RefusesNoSubscriptionsAndUnknownOnes) {
  EXPECT_EQ(Call("poll_oneoff", {kPath, kBuffer, 0, kOut}), Errno::kInval);
  EXPECT_EQ(PollErrno(FdSubscription(1, 3, 0)), Errno::kInval);
  EXPECT_EQ(PollErrno(FdSubscription(1, 255, 0)), Errno::kInval);
}

TEST_F(WasiPoll, BoundsTheNumberOfSubscriptions) {
  guest_.memory().resize(1 << 20);
  for (uint32_t i = 0; i < 4097; ++i) guest_.Write(kBuffer + i * 48, ClockSubscription(i, 1, 0));
  EXPECT_EQ(Call("poll_oneoff", {kBuffer, 512 << 10, 4096, kOut}), Errno::kSuccess);
  EXPECT_EQ(guest_.Read<uint32_t>(kOut), 4096u);
  EXPECT_EQ(Call("poll_oneoff", {kBuffer, 512 << 10, 4097, kOut}), Errno::kInval);
}

TEST_F(WasiPoll, ChecksItsAddresses) {
  WriteSubscriptions({FdSubscription(1, 1, 0)});
  for (const uint64_t count : {uint64_t{2000}, uint64_t{0x7FFF'FFFF}, uint64_t{0xFFFF'FFFF}}) {
    EXPECT_EQ(Call("poll_oneoff", {kPath, kBuffer, count, kOut}), Errno::kFault);
  }
  EXPECT_EQ(Call("poll_oneoff", {kEnd - 47, kBuffer, 1, kOut}), Errno::kFault);
  EXPECT_EQ(Call("poll_oneoff", {kPath, kEnd - 31, 1, kOut}), Errno::kFault);
  EXPECT_EQ(Call("poll_oneoff", {kPath, kEnd - 32, 1, kEnd - 3}), Errno::kFault);
  EXPECT_EQ(Call("poll_oneoff", {kPath, kEnd - 32, 1, kOut}), Errno::kSuccess);
}

TEST_F(WasiPoll, MayWriteEventsOverItsSubscriptions) {
  WriteSubscriptions({FdSubscription(1, 1, 0), FdSubscription(2, 2, 1), FdSubscription(3, 2, 2)});
  ASSERT_EQ(Call("poll_oneoff", {kPath, kPath, 3, kOut}), Errno::kSuccess);
  ASSERT_EQ(guest_.Read<uint32_t>(kOut), 3u);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(guest_.Read<wasi::Event>(kPath + i * 32).userdata, i + 1);
  }
  // Further along, an event overwrites the subscriptions after it; this is the only effect.
  WriteSubscriptions({FdSubscription(1, 1, 0), FdSubscription(2, 2, 1), FdSubscription(3, 2, 2)});
  EXPECT_EQ(Call("poll_oneoff", {kPath, kPath + 40, 3, kPath + 50}), Errno::kSuccess);
}

}  // namespace
}  // namespace wasmedge_embed
