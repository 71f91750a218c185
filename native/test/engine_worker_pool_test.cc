#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "compile/compiler.h"
#include "engine/worker_pool.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"

namespace wasmedge_embed {
namespace {

using test::Call;
using test::NameOf;
using test::Start;

/// Runs each test with the module compiled and with the module interpreted.
class WorkerPoolTest : public testing::TestWithParam<bool> {
 protected:
  WorkerPoolTest() : file_(GetParam() ? ".so" : ".wasm") {
    if (GetParam()) {
      CompileModule(test::TrappingModule(), file_.path(), {});
    } else {
      file_.Write(test::TrappingModule());
    }
    module_ = Module::Load(file_.path(), {});
  }

  std::unique_ptr<WorkerPool> MakePool(size_t concurrency, size_t max_queue = 10'000) const {
    return test::MakePool(module_, concurrency, max_queue);
  }

  test::TemporaryFile file_;
  std::shared_ptr<const Module> module_;
};

/// For compiled modules only: interpreted guests have no native stack to overflow, and can only be
/// stopped from outside.
class CompiledWorkerPoolTest : public WorkerPoolTest {};

TEST_P(WorkerPoolTest, RunsAndTraps) {
  const auto pool = MakePool(1);
  EXPECT_EQ(module_->is_aot(), GetParam());
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(Call(*pool, "ok"), "42");
    EXPECT_EQ(Call(*pool, "bounds"), "memory-out-of-bounds");
    EXPECT_EQ(Call(*pool, "divide"), "divide-by-zero");
  }
}

TEST_P(CompiledWorkerPoolTest, OutlivesEndlessRecursion) {
  const auto pool = MakePool(2);
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(Call(*pool, "recurse"), "stack-overflow");
    EXPECT_EQ(Call(*pool, "ok"), "42");
  }
}

TEST_P(WorkerPoolTest, TrapsOnAllThreadsAtOnce) {
  const auto pool = MakePool(4);
  std::vector<std::pair<std::string, std::future<Outcome>>> runs;
  for (int round = 0; round < 200; ++round) {
    runs.emplace_back("42", Start(*pool, "ok"));
    runs.emplace_back("memory-out-of-bounds", Start(*pool, "bounds"));
    runs.emplace_back("divide-by-zero", Start(*pool, "divide"));
    if (GetParam()) runs.emplace_back("stack-overflow", Start(*pool, "recurse"));
  }
  for (auto& [expected, run] : runs) EXPECT_EQ(NameOf(run.get()), expected);
}

TEST_P(WorkerPoolTest, LeavesTheSignalHandlersAlone) {
  const auto handler_of = [](int signal) {
    struct sigaction action{};
    sigaction(signal, nullptr, &action);
    return action.sa_sigaction;
  };
  const auto pool = MakePool(2);
  const auto before = handler_of(SIGSEGV);
  for (int round = 0; round < 20; ++round) Call(*pool, "bounds");
  EXPECT_EQ(handler_of(SIGSEGV), before);
  EXPECT_NE(reinterpret_cast<void*>(before), reinterpret_cast<void*>(SIG_DFL));
}

TEST_P(WorkerPoolTest, StopsATightLoop) {
  const auto pool = MakePool(1);
  for (int round = 0; round < 20; ++round) {
    uint64_t ticket = 0;
    auto run = Start(*pool, "spin", &ticket);
    pool->Stop(ticket, StopReason::kAborted);
    EXPECT_EQ(NameOf(run.get()), "ERR_ABORTED");
    EXPECT_EQ(Call(*pool, "ok"), "42");
  }
}

TEST_P(WorkerPoolTest, ChangesItsModule) {
  test::TemporaryFile plain_file(".wasm");
  plain_file.Write(test::TrappingModule());
  const auto plain = Module::Load(plain_file.path(), {});
  const auto pool = test::MakePool(plain, 2);
  EXPECT_EQ(Call(*pool, "ok"), "42");
  uint64_t ticket = 0;
  std::future<Outcome> spinning = Start(*pool, "spin", &ticket);
  pool->ChangeModule(module_);
  for (int round = 0; round < 20; ++round) EXPECT_EQ(Call(*pool, "ok"), "42");
  // Runs that had begun before go on.
  EXPECT_EQ(spinning.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  pool->Stop(ticket, StopReason::kAborted);
  EXPECT_EQ(NameOf(spinning.get()), "ERR_ABORTED");
  EXPECT_EQ(Call(*pool, "bounds"), "memory-out-of-bounds");
}

TEST_P(WorkerPoolTest, LetsGoOfTheModuleThatItHad) {
  std::weak_ptr<const Module> earlier;
  std::unique_ptr<WorkerPool> pool;
  {
    test::TemporaryFile file(".wasm");
    file.Write(test::TrappingModule());
    const auto plain = Module::Load(file.path(), {});
    earlier = plain;
    pool = test::MakePool(plain, 2);
  }
  EXPECT_EQ(Call(*pool, "ok"), "42");
  pool->ChangeModule(module_);
  // Idle threads do so by themselves: the loop ends when they have.
  while (!earlier.expired()) std::this_thread::yield();
  EXPECT_EQ(Call(*pool, "ok"), "42");
}

TEST_P(WorkerPoolTest, StopsWhatWaits) {
  const auto pool = MakePool(1);
  uint64_t spinning = 0;
  uint64_t waiting = 0;
  auto first = Start(*pool, "spin", &spinning);
  auto second = Start(*pool, "ok", &waiting);
  pool->Stop(waiting, StopReason::kTimeout);
  EXPECT_EQ(NameOf(second.get()), "ERR_TIMEOUT");
  pool->Stop(spinning, StopReason::kAborted);
  EXPECT_EQ(NameOf(first.get()), "ERR_ABORTED");
  pool->Stop(spinning, StopReason::kAborted);
  EXPECT_EQ(Call(*pool, "ok"), "42");
}

TEST_P(CompiledWorkerPoolTest, KeepsItsOwnTime) {
  const auto pool = MakePool(1);
  for (int round = 0; round < 5; ++round) {
    auto run = Start(*pool, "spin", nullptr, std::chrono::milliseconds(5));
    EXPECT_EQ(NameOf(run.get()), "ERR_TIMEOUT");
  }
  EXPECT_EQ(Call(*pool, "ok"), "42");
}

TEST_P(WorkerPoolTest, StopsAtRandomMoments) {
  const auto pool = MakePool(4);
  std::vector<std::thread> callers;
  std::atomic<int> answered{0};
  for (int caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&pool, &answered, caller] {
      for (int round = 0; round < 100; ++round) {
        uint64_t ticket = 0;
        auto run = Start(*pool, round % 2 == 0 ? "spin" : "ok", &ticket);
        std::this_thread::sleep_for(std::chrono::microseconds((round * 37 + caller * 11) % 300));
        pool->Stop(ticket, StopReason::kAborted);
        const std::string name = NameOf(run.get());
        EXPECT_TRUE(name == "ERR_ABORTED" || (round % 2 == 1 && name == "42")) << name;
        ++answered;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 300);
  EXPECT_EQ(Call(*pool, "ok"), "42");
}

TEST_P(WorkerPoolTest, RefusesWhatDoesNotFit) {
  const auto pool = MakePool(1, 1);
  uint64_t spinning = 0;
  auto first = Start(*pool, "spin", &spinning);
  // One may wait; until the thread has taken the first, it counts as waiting too.
  std::vector<std::future<Outcome>> waiting;
  bool is_full = false;
  while (!is_full && waiting.size() < 10) {
    try {
      waiting.push_back(Start(*pool, "ok"));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kQueueFull);
      is_full = true;
    }
  }
  EXPECT_TRUE(is_full);
  pool->Stop(spinning, StopReason::kAborted);
  EXPECT_EQ(NameOf(first.get()), "ERR_ABORTED");
  for (auto& run : waiting) EXPECT_EQ(NameOf(run.get()), "42");
}

TEST_P(WorkerPoolTest, ClosesAfterWhatItTook) {
  const auto pool = MakePool(2);
  std::vector<std::future<Outcome>> runs;
  for (int round = 0; round < 20; ++round) runs.push_back(Start(*pool, "ok"));
  std::promise<void> closed;
  pool->Close([&closed] { closed.set_value(); });
  closed.get_future().get();
  for (auto& run : runs) EXPECT_EQ(NameOf(run.get()), "42");
  EXPECT_THROW(Start(*pool, "ok"), Error);
}

TEST_P(WorkerPoolTest, EndsWithGuestsInFlight) {
  auto pool = MakePool(2);
  auto first = Start(*pool, "spin");
  auto second = Start(*pool, "spin");
  pool.reset();
  // A run that had begun was stopped; one that had not was dropped with its promise.
  for (auto* run : {&first, &second}) {
    try {
      EXPECT_EQ(NameOf(run->get()), "ERR_CLOSED");
    } catch (const std::future_error&) {
    }
  }
}

std::string ModeName(const testing::TestParamInfo<bool>& info) {
  return info.param ? "Compiled" : "Interpreted";
}

// ThreadSanitizer delays asynchronous signals while guests run, and assumes that a thread that left
// a signal handler by a jump is still in it: compiled guests cannot be interrupted.
#if defined(__SANITIZE_THREAD__)
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CompiledWorkerPoolTest);
INSTANTIATE_TEST_SUITE_P(Modes, WorkerPoolTest, testing::Values(false), ModeName);
#else
INSTANTIATE_TEST_SUITE_P(Modes, CompiledWorkerPoolTest, testing::Values(true), ModeName);
INSTANTIATE_TEST_SUITE_P(Modes, WorkerPoolTest, testing::Values(true, false), ModeName);
#endif

}  // namespace
}  // namespace wasmedge_embed
