#include "host/host_exchange.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wasmedge_embed {
namespace {

using std::chrono::milliseconds;

struct Announced {
  uint64_t call = 0;
  uint32_t function = 0;
  std::vector<uint64_t> arguments;
};

/// A guest's announcements, for a thread that waits for them.
class Announcements {
 public:
  void Add(Announced announced) {
    const std::lock_guard<std::mutex> lock(mutex_);
    list_.push_back(std::move(announced));
    changed_.notify_all();
  }

  Announced Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return taken_ < list_.size(); });
    return list_[taken_++];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Announced> list_;
  size_t taken_ = 0;
};

class TestReentry : public Reentry {
 public:
  using Reentry::Reentry;
  void Finished(ReentryOutcome outcome) override { result.set_value(std::move(outcome)); }
  std::promise<ReentryOutcome> result;
};

class Read : public MemoryOperation {
 public:
  explicit Read(uint32_t address) : address_(address) {}
  void Perform(WaitingMemory& memory) noexcept override {
    uint8_t value = 0;
    is_inside = memory.View().Read(address_, &value);
    byte = value;
  }
  void Finished(bool is_abandoned) override { done.set_value(!is_abandoned); }

  bool is_inside = false;
  uint8_t byte = 0;
  std::promise<bool> done;

 private:
  const uint32_t address_;
};

class HostExchangeTest : public testing::Test, public WaitingGuest, public WaitObserver {
 protected:
  HostExchangeTest()
      : exchange_([this](uint64_t call, uint32_t function, std::vector<uint64_t> arguments) {
          announcements_.Add({call, function, std::move(arguments)});
        }) {}

  GuestMemory View() override { return {memory_.data(), memory_.size()}; }
  bool Grow(uint32_t) override { return false; }
  ReentryOutcome Enter(const Reentry& reentry) noexcept override { return enter_(reentry); }
  void WaitBegins() noexcept override { ++waits_; }
  void WaitEnds() noexcept override { --waits_; }

  std::optional<HostAnswer> Call(uint32_t function, Invocation& invocation) {
    return exchange_.Call(function, {uint64_t{function} * 10}, *this, invocation);
  }

  static HostAnswer AnswerOf(uint64_t value) { return {{value}, std::nullopt}; }

  Announcements announcements_;
  HostExchange exchange_;
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(64, 7);
  std::function<ReentryOutcome(const Reentry&)> enter_;
  std::atomic<int> waits_{0};
};

TEST_F(HostExchangeTest, AnswersACall) {
  std::thread embedder([this] {
    const Announced announced = announcements_.Next();
    EXPECT_EQ(announced.function, 3u);
    EXPECT_EQ(announced.arguments, std::vector<uint64_t>{30});
    EXPECT_EQ(exchange_.FunctionOf(announced.call), 3u);
    exchange_.Answer(announced.call, AnswerOf(5));
    exchange_.Answer(announced.call, AnswerOf(6));
    exchange_.Answer(announced.call + 1, AnswerOf(7));
  });
  Invocation invocation;
  const std::optional<HostAnswer> answer = Call(3, invocation);
  embedder.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->results, std::vector<uint64_t>{5});
  EXPECT_FALSE(exchange_.FunctionOf(1));
}

TEST_F(HostExchangeTest, EndsAWaitThatIsStopped) {
  std::thread embedder;
  Invocation invocation;
  embedder = std::thread([&] {
    announcements_.Next();
    invocation.RequestStop(StopReason::kAborted);
    exchange_.Wake();
  });
  EXPECT_FALSE(Call(1, invocation));
  embedder.join();

  Invocation late(Invocation::Clock::now() + milliseconds(5));
  EXPECT_FALSE(Call(1, late));
  EXPECT_EQ(late.stop_reason(), StopReason::kTimeout);
}

TEST_F(HostExchangeTest, CountsNoShortWaits) {
  exchange_.set_observer(this);
  std::thread embedder([this] {
    exchange_.Answer(announcements_.Next().call, AnswerOf(1));
    const Announced second = announcements_.Next();
    while (waits_ == 0) std::this_thread::yield();
    exchange_.Answer(second.call, AnswerOf(2));
  });
  Invocation invocation;
  Call(1, invocation);
  Call(2, invocation);
  embedder.join();
  EXPECT_EQ(waits_, 0);
  exchange_.set_observer(nullptr);
}

TEST_F(HostExchangeTest, GivesTheMemoryWhileTheGuestWaits) {
  auto early = std::make_shared<Read>(0);
  EXPECT_FALSE(exchange_.TryAccess(*early));
  EXPECT_FALSE(exchange_.Access(early));
  std::thread embedder([&] {
    const Announced announced = announcements_.Next();
    EXPECT_TRUE(early->done.get_future().get());
    EXPECT_EQ(early->byte, 7);
    Read inside(63);
    while (!exchange_.TryAccess(inside)) std::this_thread::yield();
    EXPECT_TRUE(inside.is_inside);
    Read outside(64);
    EXPECT_TRUE(exchange_.TryAccess(outside));
    EXPECT_FALSE(outside.is_inside);
    exchange_.Answer(announced.call, AnswerOf(1));
  });
  Invocation invocation;
  Call(1, invocation);
  embedder.join();

  auto left = std::make_shared<Read>(0);
  EXPECT_FALSE(exchange_.Access(left));
  exchange_.End();
  EXPECT_FALSE(left->done.get_future().get());
  EXPECT_THROW(exchange_.TryAccess(*left), Error);
}

TEST_F(HostExchangeTest, EntersTheGuestAgainOnItsOwnThread) {
  const auto guest_thread = std::this_thread::get_id();
  Invocation invocation;
  enter_ = [&](const Reentry& reentry) {
    EXPECT_EQ(std::this_thread::get_id(), guest_thread);
    EXPECT_EQ(reentry.function, "again");
    // A call within it, which is answered before the outer one.
    const std::optional<HostAnswer> inner = Call(2, invocation);
    ReentryOutcome outcome;
    outcome.results = {inner->results[0] + reentry.arguments[0]};
    return outcome;
  };
  std::thread embedder([this] {
    const Announced outer = announcements_.Next();
    const auto reentry = std::make_shared<TestReentry>("again", std::vector<uint64_t>{40});
    exchange_.Enter(outer.call, reentry);
    exchange_.Answer(outer.call, AnswerOf(9));
    EXPECT_THROW(exchange_.Enter(outer.call, reentry), Error);
    const Announced inner = announcements_.Next();
    exchange_.Answer(inner.call, AnswerOf(2));
    EXPECT_EQ(reentry->result.get_future().get().results, std::vector<uint64_t>{42});
  });
  const std::optional<HostAnswer> answer = Call(1, invocation);
  embedder.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->results, std::vector<uint64_t>{9});
}

TEST_F(HostExchangeTest, EndsTheCallWithAReentryThatDoesNotReturn) {
  Invocation invocation;
  enter_ = [](const Reentry&) {
    ReentryOutcome outcome;
    outcome.error = Error(ErrorCode::kTrap, "trapped", "unreachable");
    return outcome;
  };
  const auto first = std::make_shared<TestReentry>("traps", std::vector<uint64_t>{});
  const auto second = std::make_shared<TestReentry>("waits", std::vector<uint64_t>{});
  std::thread embedder([&] {
    const Announced outer = announcements_.Next();
    exchange_.Enter(outer.call, first);
    try {
      exchange_.Enter(outer.call, second);
    } catch (const Error&) {
      ReentryOutcome refused;
      refused.error = Error(ErrorCode::kClosed, "closed");
      second->Finished(refused);
    }
  });
  EXPECT_FALSE(Call(1, invocation));
  embedder.join();
  EXPECT_EQ(first->result.get_future().get().error->code(), ErrorCode::kTrap);
  EXPECT_EQ(second->result.get_future().get().error->code(), ErrorCode::kClosed);
}

TEST_F(HostExchangeTest, SurvivesStopsAtRandomMoments) {
  exchange_.set_observer(this);
  for (int round = 0; round < 300; ++round) {
    Invocation invocation;
    std::thread embedder([&, round] {
      const Announced announced = announcements_.Next();
      if (round % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round * 7 % 1500));
      Read read(0);
      exchange_.TryAccess(read);
      if (round % 2 == 0) {
        invocation.RequestStop(StopReason::kAborted);
        exchange_.Wake();
      }
      exchange_.Answer(announced.call, AnswerOf(1));
    });
    const std::optional<HostAnswer> answer = Call(1, invocation);
    embedder.join();
    EXPECT_TRUE(answer || round % 2 == 0);
  }
  EXPECT_EQ(waits_, 0);
  exchange_.set_observer(nullptr);
}

}  // namespace
}  // namespace wasmedge_embed
