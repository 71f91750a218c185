#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "compile/compiler.h"
#include "embedder_guest.h"
#include "engine/call_batch.h"
#include "engine/instance_start.h"
#include "engine/worker_pool.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"
#include "host/memory_request.h"

namespace wasmedge_embed {
namespace {

/// A call for an event loop to answer.
struct Announced {
  std::shared_ptr<HostExchange> exchange;
  uint64_t call;
};

/// The work of an embedder's single thread, in order.
class Loop {
 public:
  explicit Loop(uint32_t seed) : random_(seed), thread_([this] { Run(); }) {}
  ~Loop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::shared_ptr<HostExchange> MakeExchange() {
    // The announcement holds its own exchange weakly, to avoid a cycle.
    auto self = std::make_shared<std::weak_ptr<HostExchange>>();
    auto exchange = std::make_shared<HostExchange>(
        [this, self](uint64_t call, uint32_t, const std::vector<uint64_t>&) {
          if (auto held = self->lock()) Post({std::move(held), call});
        });
    *self = exchange;
    return exchange;
  }

  void Post(Announced announced) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      announced_.push_back(std::move(announced));
    }
    changed_.notify_one();
  }

 private:
  class Within : public Reentry {
   public:
    Within(Loop& loop, Announced outer, std::string function, std::vector<uint64_t> arguments)
        : Reentry(std::move(function), std::move(arguments)),
          loop_(loop),
          outer_(std::move(outer)) {}
    void Finished(ReentryOutcome outcome) override {
      if (outcome.has_returned()) loop_.Post(outer_);
    }

   private:
    Loop& loop_;
    const Announced outer_;
  };

  class Look : public MemoryOperation {
   public:
    explicit Look(MemoryRequest request) : request_(std::move(request)) {}
    void Perform(WaitingMemory& memory) noexcept override {
      try {
        PerformOn(memory, request_);
      } catch (const Error& error) {
        EXPECT_TRUE(error.code() == ErrorCode::kInvalidArgument ||
                    error.code() == ErrorCode::kLimit);
      }
    }
    void Finished(bool) override {}

   private:
    const MemoryRequest request_;
  };

  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return is_over_ || !announced_.empty(); });
      if (announced_.empty()) return;
      const Announced next = std::move(announced_.front());
      announced_.pop_front();
      lock.unlock();
      Act(next);
      lock.lock();
    }
  }

  void Act(const Announced& next) {
    const auto function = next.exchange->FunctionOf(next.call);
    if (!function) return;
    for (unsigned looks = random_() % 3; looks > 0; --looks) LookAt(*next.exchange);
    switch (random_() % 8) {
      case 0:  // later
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % 2000));
        return Post(next);
      case 1:
      case 2:
        return Enter(next);
      case 3: {
        HostAnswer answer;
        answer.failure = Error(ErrorCode::kHostFunction, "it failed");
        return next.exchange->Answer(next.call, std::move(answer));
      }
      default:
        next.exchange->Answer(
            next.call,
            {std::vector<uint64_t>(test::kEmbedderResults[*function], random_()), std::nullopt});
    }
  }

  void LookAt(HostExchange& exchange) {
    MemoryRequest request{static_cast<MemoryRequest::Kind>(random_() % 4)};
    request.address = random_() % 3 == 0 ? 0xFFFF'FFF0U + random_() % 16 : random_() % 70'000;
    request.count = random_() % 100;
    request.bytes.resize(random_() % 100, 7);
    try {
      exchange.Access(std::make_shared<Look>(std::move(request)));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kClosed);
    }
  }

  void Enter(const Announced& next) {
    static constexpr const char* kNames[] = {"ask", "tell", "grow", "load", "trap"};
    const size_t chosen = random_() % 40 == 0 ? 4 : random_() % 4;
    std::vector<uint64_t> arguments(chosen == 4 ? 0 : 1, random_() % 3);
    try {
      next.exchange->Enter(
          next.call, std::make_shared<Within>(*this, next, kNames[chosen], std::move(arguments)));
    } catch (const Error& error) {
      // Nested too deeply, or closed meanwhile.
      EXPECT_TRUE(error.code() == ErrorCode::kLimit || error.code() == ErrorCode::kClosed);
      if (error.code() == ErrorCode::kLimit) Post(next);
    }
  }

  // Used only by the thread.
  std::minstd_rand random_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Announced> announced_;
  bool is_over_ = false;
  // Last: it uses everything above.
  std::thread thread_;
};

std::string CodeOf(const Ending& ending) {
  return ending.error ? ErrorCodeName(ending.error->code()) : "done";
}

class Calls : public CallBatch {
 public:
  using CallBatch::CallBatch;
  std::future<std::string> end() { return end_.get_future(); }

 private:
  void Progressed() noexcept override {}
  void Ended() noexcept override { end_.set_value(CodeOf(ending())); }
  std::promise<std::string> end_;
};

class Start : public InstanceStart {
 public:
  Start() : InstanceStart({"guest"}, {}) {}
  std::future<std::string> end() { return end_.get_future(); }

 private:
  void Ended() noexcept override { end_.set_value(CodeOf(outcome())); }
  std::promise<std::string> end_;
};

class End : public InstanceEnd {
  void Ended() noexcept override {}
};

class EmbedderTest : public testing::TestWithParam<bool> {
 protected:
  EmbedderTest() : file_(GetParam() ? ".so" : ".wasm") {
    if (GetParam()) {
      CompileModule(test::EmbedderGuest(), file_.path(), {});
    } else {
      file_.Write(test::EmbedderGuest());
    }
    module_ = Module::Load(file_.path(), {});
    options_.files = std::make_shared<const FileSystem>();
    options_.models = std::make_shared<const ModelTable>();
    HostOffer offer;
    offer.functions["env"] = {"ask", "pair", "tell"};
    options_.imported =
        std::make_shared<const std::vector<ImportedFunction>>(LinkImports(*module_, offer));
  }

  std::shared_ptr<InstanceQueue> MakeInstance(WorkerPool& pool) const {
    const auto instance = pool.MakeInstance();
    const auto start = std::make_shared<Start>();
    auto end = start->end();
    pool.Submit(instance, start);
    EXPECT_EQ(end.get(), "done");
    return instance;
  }

  /// Calls of functions, some of which ask the embedder.
  std::shared_ptr<Calls> MakeCalls(std::minstd_rand& random) const {
    static constexpr uint32_t kFunctions[] = {test::kAsk, test::kPair, test::kTell, test::kGrow,
                                              test::kLoad};
    CallBatch::Calls calls;
    calls.is_one = random() % 2 == 0;
    for (unsigned left = 1 + random() % 4; left > 0; --left) {
      const uint32_t function = kFunctions[random() % std::size(kFunctions)];
      calls.functions.push_back(function);
      if (function != test::kPair) calls.arguments.push_back(random() % 2);
    }
    return std::make_shared<Calls>(*module_, std::move(calls));
  }

  test::TemporaryFile file_;
  std::shared_ptr<const Module> module_;
  GuestOptions options_;
};

bool IsKnown(const std::string& code) {
  for (const char* each : {"done", "ERR_HOST_FUNCTION", "ERR_TRAP", "ERR_ABORTED", "ERR_CLOSED"}) {
    if (code == each) return true;
  }
  return false;
}

TEST_P(EmbedderTest, KeptInstancesAndInvocationsAskAtOnceAndEndAtRandomMoments) {
  std::minstd_rand random(20'261'129);
  for (uint32_t round = 0; round < 10; ++round) {
    std::vector<std::future<std::string>> ends;
    // The loop that answers must outlive the guests that ask.
    Loop loop(round + 1);
    WorkerPool pool(module_, options_, {2, 1000, 1 + random() % 8});
    std::vector<std::shared_ptr<InstanceQueue>> instances;
    for (int made = 0; made < 6; ++made) instances.push_back(MakeInstance(pool));
    for (int step = 0; step < 100; ++step) {
      if (random() % 4 == 0) {
        auto job = std::make_unique<Job>();
        job->exchange = loop.MakeExchange();
        job->request.function = "tell";
        job->request.arguments = {1};
        auto ended = std::make_shared<std::promise<std::string>>();
        ends.push_back(ended->get_future());
        const uint64_t ticket = pool.Submit(std::move(job), [ended](std::unique_ptr<Job> finished) {
          ended->set_value(CodeOf(finished->outcome));
        });
        if (random() % 8 == 0) pool.Stop(ticket, StopReason::kAborted);
        continue;
      }
      std::shared_ptr<InstanceQueue>& instance = instances[random() % instances.size()];
      const auto calls = MakeCalls(random);
      calls->exchange = loop.MakeExchange();
      ends.push_back(calls->end());
      const uint64_t ticket = pool.Submit(instance, calls);
      switch (random() % 16) {
        case 0:
          pool.Stop(*instance, ticket, StopReason::kAborted);
          break;
        case 1:
          pool.EndWaits(*instance);
          [[fallthrough]];
        case 2:
          pool.Submit(instance, std::make_shared<End>());
          instance = MakeInstance(pool);
          break;
        default:
          break;
      }
    }
    if (round % 2 == 0) {
      for (std::future<std::string>& each : ends) EXPECT_PRED1(IsKnown, each.get());
      ends.clear();
    }
    std::promise<void> closed;
    pool.Close([&closed] { closed.set_value(); });
    closed.get_future().wait();
    for (std::future<std::string>& each : ends) EXPECT_PRED1(IsKnown, each.get());
  }
}

/// The threads of this process but these.
std::set<std::string> ThreadsBut(const std::set<std::string>& others) {
  std::set<std::string> found;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
    const std::string name = each.path().filename();
    if (others.count(name) == 0) found.insert(name);
  }
  return found;
}

/// Guests that all wait for the embedder at the same time, each on its thread.
class Waiting {
 public:
  std::future<std::string> StartIn(WorkerPool& pool) {
    auto self = std::make_shared<std::weak_ptr<HostExchange>>();
    auto job = std::make_unique<Job>();
    job->exchange = std::make_shared<HostExchange>(
        [this, self](uint64_t call, uint32_t, const std::vector<uint64_t>&) {
          const std::lock_guard<std::mutex> lock(mutex_);
          if (auto held = self->lock()) asking_.push_back({std::move(held), call});
          changed_.notify_one();
        });
    *self = job->exchange;
    job->request.function = "tell";
    job->request.arguments = {1};
    auto ended = std::make_shared<std::promise<std::string>>();
    auto end = ended->get_future();
    pool.Submit(std::move(job), [ended](std::unique_ptr<Job> finished) {
      ended->set_value(CodeOf(finished->outcome));
    });
    return end;
  }

  /// Once this many wait.
  void AnswerAll(size_t count) {
    std::vector<Announced> all;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return asking_.size() == count; });
      all.swap(asking_);
    }
    for (const Announced& each : all) each.exchange->Answer(each.call, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Announced> asking_;
};

void RunOnThreads(WorkerPool& pool, size_t count) {
  Waiting waiting;
  std::vector<std::future<std::string>> ends;
  for (size_t started = 0; started < count; ++started) ends.push_back(waiting.StartIn(pool));
  waiting.AnswerAll(count);
  for (std::future<std::string>& each : ends) EXPECT_EQ(each.get(), "done");
}

void CloseSoon(WorkerPool& pool) {
  std::promise<void> closed;
  pool.Close([&closed] { closed.set_value(); });
  ASSERT_EQ(closed.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

constexpr size_t kWaiting = 12;

TEST_P(EmbedderTest, ThreadsThatAreNoLongerNeededEndButNotAll) {
  constexpr size_t kConcurrency = 4;
  for (int round = 0; round < 6; ++round) {
    const std::set<std::string> others = ThreadsBut({});
    WorkerPool pool(module_, options_,
                    {kConcurrency, 1000, kWaiting, std::chrono::milliseconds(20)});
    // All become idle at the same time, and the surplus ends at the same time.
    RunOnThreads(pool, kConcurrency + kWaiting);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (ThreadsBut(others).size() > kConcurrency) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(ThreadsBut(others).size(), kConcurrency);
    RunOnThreads(pool, kConcurrency);
    CloseSoon(pool);
  }
}

TEST_P(EmbedderTest, ClosesWhileThreadsThatAreNoLongerNeededEnd) {
  std::minstd_rand random(20'261'130);
  for (int round = 0; round < 12; ++round) {
    const std::set<std::string> others = ThreadsBut({});
    WorkerPool pool(module_, options_, {1, 1000, kWaiting, std::chrono::milliseconds(1)});
    RunOnThreads(pool, 1 + kWaiting);
    // They begin to end after a while, all within a few milliseconds.
    while (ThreadsBut(others).size() > kWaiting) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 1000));
    std::vector<std::future<Outcome>> ends;
    for (int queued = 0; queued < 3; ++queued) ends.push_back(test::Start(pool, "trap"));
    CloseSoon(pool);
    for (std::future<Outcome>& each : ends) EXPECT_EQ(test::NameOf(each.get()), "unreachable");
  }
}

std::string ModeName(const testing::TestParamInfo<bool>& info) {
  return info.param ? "Compiled" : "Interpreted";
}

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer does not support compiled guests.
INSTANTIATE_TEST_SUITE_P(Modes, EmbedderTest, testing::Values(false), ModeName);
#else
INSTANTIATE_TEST_SUITE_P(Modes, EmbedderTest, testing::Values(true, false), ModeName);
#endif

}  // namespace
}  // namespace wasmedge_embed
