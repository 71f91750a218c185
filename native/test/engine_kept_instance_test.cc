#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <random>
#include <thread>

#include "compile/compiler.h"
#include "engine/call_batch.h"
#include "engine/instance_start.h"
#include "engine/worker_pool.h"
#include "engine_fixtures.h"

namespace wasmedge_embed {
namespace {

/// (module
///   (import "env" "wait" (func $wait (result i32)))
///   (memory 1)
///   (global $sum (mut i32) (i32.const 0))
///   (func (export "ask") (result i32) (call $wait))
///   (func (export "add") (result i32)
///     (global.set $sum (i32.add (global.get $sum) (i32.const 1))) (global.get $sum))
///   (func (export "trap") (result i32) (unreachable))
///   (func (export "spin") (result i32) (loop (br 0)) (unreachable)))
std::vector<uint8_t> AskingModule() {
  return test::WasmModule({
      {1, {1, 0x60, 0, 1, 0x7F}},
      {2, {1, 3, 'e', 'n', 'v', 4, 'w', 'a', 'i', 't', 0, 0}},
      {3, {4, 0, 0, 0, 0}},
      {5, {1, 0, 1}},
      {6, {1, 0x7F, 1, 0x41, 0, 0x0B}},
      {7, {4,   3,   'a', 's', 'k', 0, 1, 3,   'a', 'd', 'd', 0, 2, 4,
           't', 'r', 'a', 'p', 0,   3, 4, 's', 'p', 'i', 'n', 0, 4}},
      {10,
       {4,
        // ask
        4, 0, 0x10, 0, 0x0B,
        // add
        11, 0, 0x23, 0, 0x41, 1, 0x6A, 0x24, 0, 0x23, 0, 0x0B,
        // trap
        3, 0, 0x00, 0x0B,
        // spin
        8, 0, 0x03, 0x40, 0x0C, 0, 0x0B, 0x00, 0x0B}},
  });
}

// Their indices among the exports.
constexpr uint32_t kAsk = 0;
constexpr uint32_t kAdd = 1;
constexpr uint32_t kTrap = 2;
constexpr uint32_t kSpin = 3;

/// How calls ended: the error's code, or "done".
struct End {
  std::string code = "done";
  std::vector<uint64_t> results;
  bool has_ended_instance = false;
};

std::string CodeOf(const Ending& ending) {
  return ending.error ? ErrorCodeName(ending.error->code()) : "done";
}

class TestCalls : public CallBatch {
 public:
  TestCalls(const Module& module, std::vector<uint32_t> functions)
      : CallBatch(module, MakeCalls(std::move(functions))) {}

  std::future<End> end() { return end_.get_future(); }

 private:
  static Calls MakeCalls(std::vector<uint32_t> functions) {
    Calls calls;
    calls.functions = std::move(functions);
    return calls;
  }

  void Progressed() noexcept override {}
  void Ended() noexcept override {
    end_.set_value({CodeOf(ending()), Take(true).results, has_ended_instance()});
  }

  std::promise<End> end_;
};

class TestStart : public InstanceStart {
 public:
  TestStart() : InstanceStart({"guest"}, {}) {}
  std::future<std::string> end() { return end_.get_future(); }

 private:
  void Ended() noexcept override { end_.set_value(CodeOf(outcome())); }
  std::promise<std::string> end_;
};

class TestEnd : public InstanceEnd {
 public:
  std::future<void> end() { return end_.get_future(); }

 private:
  void Ended() noexcept override { end_.set_value(); }
  std::promise<void> end_;
};

/// An embedder whose answers come from a test.
class Asked {
 public:
  Asked()
      : exchange(std::make_shared<HostExchange>(
            [this](uint64_t call, uint32_t, const std::vector<uint64_t>&) {
              call_.store(call);
              announced_.set_value();
            })) {}

  void Await() { announced_.get_future().wait(); }
  void Answer(uint64_t value) const { exchange->Answer(call_.load(), {{value}, std::nullopt}); }

  const std::shared_ptr<HostExchange> exchange;

 private:
  std::atomic<uint64_t> call_{0};
  std::promise<void> announced_;
};

class KeptInstanceTest : public testing::TestWithParam<bool> {
 protected:
  KeptInstanceTest() : file_(GetParam() ? ".so" : ".wasm") {
    if (GetParam()) {
      CompileModule(AskingModule(), file_.path(), {});
    } else {
      file_.Write(AskingModule());
    }
    module_ = Module::Load(file_.path(), {});
  }

  std::unique_ptr<WorkerPool> MakePool(size_t concurrency, size_t max_waiting) const {
    GuestOptions options;
    options.files = std::make_shared<const FileSystem>();
    options.models = std::make_shared<const ModelTable>();
    options.imported = std::make_shared<const std::vector<ImportedFunction>>(1);
    return std::make_unique<WorkerPool>(module_, options,
                                        WorkerPool::Options{concurrency, 1000, max_waiting});
  }

  static std::shared_ptr<InstanceQueue> MakeInstance(WorkerPool& pool) {
    const auto instance = pool.MakeInstance();
    const auto start = std::make_shared<TestStart>();
    auto end = start->end();
    pool.Submit(instance, start);
    EXPECT_EQ(end.get(), "done");
    return instance;
  }

  std::future<End> Call(WorkerPool& pool, const std::shared_ptr<InstanceQueue>& instance,
                        std::vector<uint32_t> functions, const Asked* asked = nullptr,
                        bool is_nested = false, uint64_t* ticket = nullptr) const {
    const auto calls = std::make_shared<TestCalls>(*module_, std::move(functions));
    if (asked != nullptr) calls->exchange = asked->exchange;
    calls->is_nested = is_nested;
    auto end = calls->end();
    const uint64_t number = pool.Submit(instance, calls);
    if (ticket != nullptr) *ticket = number;
    return end;
  }

  test::TemporaryFile file_;
  std::shared_ptr<const Module> module_;
};

/// Gives the pool time to count a waiting guest as one: nothing signals this, only its effects show
/// it.
void AwaitCountedWait() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

TEST_P(KeptInstanceTest, KeepsItsStateWhateverThreadItHas) {
  const auto pool = MakePool(2, 0);
  const auto one = MakeInstance(*pool);
  const auto two = MakeInstance(*pool);
  std::vector<std::future<End>> ends;
  for (int round = 0; round < 100; ++round) {
    ends.push_back(Call(*pool, one, {kAdd, kAdd}));
    ends.push_back(Call(*pool, two, {kAdd}));
  }
  for (uint64_t round = 1; round <= 100; ++round) {
    EXPECT_EQ(ends[2 * round - 2].get().results, (std::vector<uint64_t>{2 * round - 1, 2 * round}));
    EXPECT_EQ(ends[2 * round - 1].get().results, std::vector<uint64_t>{round});
  }
}

TEST_P(KeptInstanceTest, EndsWithATrapAndTakesNothingMore) {
  const auto pool = MakePool(1, 0);
  const auto instance = MakeInstance(*pool);
  auto trapped = Call(*pool, instance, {kAdd, kTrap, kAdd});
  auto behind = Call(*pool, instance, {kAdd});
  const End end = trapped.get();
  EXPECT_EQ(end.code, "ERR_TRAP");
  EXPECT_EQ(end.results, std::vector<uint64_t>{1});
  EXPECT_TRUE(end.has_ended_instance);
  EXPECT_EQ(behind.get().code, "ERR_CLOSED");
}

TEST_P(KeptInstanceTest, LeavesItsPlaceToOthersWhileItWaits) {
  const auto pool = MakePool(1, 1);
  const auto one = MakeInstance(*pool);
  const auto two = MakeInstance(*pool);
  Asked asked;
  auto waiting = Call(*pool, one, {kAsk}, &asked);
  asked.Await();
  EXPECT_EQ(Call(*pool, two, {kAdd}).get().results, std::vector<uint64_t>{1});
  asked.Answer(7);
  EXPECT_EQ(waiting.get().results, std::vector<uint64_t>{7});
}

TEST_P(KeptInstanceTest, RefusesNestedOperationsWithoutAThread) {
  const auto pool = MakePool(1, 0);
  const auto one = MakeInstance(*pool);
  const auto two = MakeInstance(*pool);
  Asked asked;
  auto waiting = Call(*pool, one, {kAsk}, &asked);
  asked.Await();
  try {
    Call(*pool, two, {kAdd}, nullptr, true);
    FAIL() << "it would wait for itself";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kQueueFull);
  }
  auto plain = Call(*pool, two, {kAdd});
  EXPECT_EQ(plain.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  asked.Answer(1);
  EXPECT_EQ(waiting.get().code, "done");
  EXPECT_EQ(plain.get().results, std::vector<uint64_t>{1});
  // It continues to accept calls.
  EXPECT_EQ(Call(*pool, two, {kAdd}, nullptr, true).get().results, std::vector<uint64_t>{2});
}

TEST_P(KeptInstanceTest, GivesTheLastThreadToWhatIsWaitedFor) {
  const auto pool = MakePool(1, 1);
  const auto one = MakeInstance(*pool);
  const auto two = MakeInstance(*pool);
  const auto three = MakeInstance(*pool);
  uint64_t ticket = 0;
  // While this call occupies the module, nothing else begins.
  auto spinning = Call(*pool, three, {kSpin}, nullptr, false, &ticket);
  Asked asked;
  auto plain = Call(*pool, one, {kAsk}, &asked);
  auto before = Call(*pool, two, {kAdd});
  auto nested = Call(*pool, two, {kAdd}, nullptr, true);
  pool->Stop(*three, ticket, StopReason::kAborted);
  EXPECT_EQ(spinning.get().code, "ERR_ABORTED");
  // `nested` was queued behind `plain`. Now it runs before it, as do the calls that precede it.
  EXPECT_EQ(nested.get().results, std::vector<uint64_t>{2});
  EXPECT_EQ(before.get().results, std::vector<uint64_t>{1});
  asked.Await();
  asked.Answer(1);
  EXPECT_EQ(plain.get().code, "done");
}

TEST_P(KeptInstanceTest, EndsTheWaitsOfOneInstanceOrOfAll) {
  const auto pool = MakePool(1, 4);
  const auto one = MakeInstance(*pool);
  const auto two = MakeInstance(*pool);
  Asked first;
  Asked second;
  auto ended = Call(*pool, one, {kAsk}, &first);
  auto going_on = Call(*pool, two, {kAsk}, &second);
  first.Await();
  second.Await();
  AwaitCountedWait();
  pool->EndWaits(*one);
  const End end = ended.get();
  EXPECT_EQ(end.code, "ERR_CLOSED");
  EXPECT_TRUE(end.has_ended_instance);
  EXPECT_EQ(going_on.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  // A wait that begins later ends too.
  const auto three = MakeInstance(*pool);
  pool->EndWaits(*three);
  Asked third;
  EXPECT_EQ(Call(*pool, three, {kAsk}, &third).get().code, "ERR_CLOSED");
  pool->EndWaits();
  EXPECT_EQ(going_on.get().code, "ERR_CLOSED");
}

TEST_P(KeptInstanceTest, SettlesAllAtRandomMoments) {
  std::minstd_rand random(20'261'129);
  for (int round = 0; round < 20; ++round) {
    auto pool = MakePool(1 + random() % 2, random() % 3);
    std::vector<std::shared_ptr<InstanceQueue>> instances;
    for (int made = 0; made < 4; ++made) instances.push_back(MakeInstance(*pool));
    std::vector<std::unique_ptr<Asked>> asked;
    std::vector<std::future<End>> ends;
    for (int step = 0; step < 60; ++step) {
      const auto& instance = instances[random() % instances.size()];
      const bool is_nested = random() % 4 == 0;
      uint64_t ticket = 0;
      asked.push_back(std::make_unique<Asked>());
      try {
        const uint32_t function = random() % 3 == 0 ? kAsk : kAdd;
        ends.push_back(Call(*pool, instance, {function}, asked.back().get(), is_nested, &ticket));
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kQueueFull);
      }
      switch (random() % 8) {
        case 0:
          pool->Stop(*instance, ticket, StopReason::kTimeout);
          break;
        case 1:
          if (random() % 4 == 0) pool->EndWaits(*instance);
          break;
        case 2: {
          const auto end = std::make_shared<TestEnd>();
          pool->Submit(instance, end);
          break;
        }
        default:
          for (const auto& each : asked) each->Answer(1);
      }
    }
    std::promise<void> closed;
    pool->Close([&closed] { closed.set_value(); });
    closed.get_future().wait();
    for (std::future<End>& end : ends) {
      const std::string code = end.get().code;
      EXPECT_TRUE(code == "done" || code == "ERR_CLOSED" || code == "ERR_TIMEOUT") << code;
    }
  }
}

/// (module
///   (import "wasi_snapshot_preview1" "fd_write"
///     (func $fd_write (param i32 i32 i32 i32) (result i32)))
///   (memory (export "memory") 1)
///   (data (i32.const 0) "\10\00\00\00\40\00\00\00")
///   (func $write (export "write")
///     (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
///   (func (export "trap") (call $write) (unreachable)))
std::vector<uint8_t> WritingModule() {
  return {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x0c, 0x02, 0x60, 0x04, 0x7f, 0x7f,
          0x7f, 0x7f, 0x01, 0x7f, 0x60, 0x00, 0x00, 0x02, 0x23, 0x01, 0x16, 0x77, 0x61, 0x73, 0x69,
          0x5f, 0x73, 0x6e, 0x61, 0x70, 0x73, 0x68, 0x6f, 0x74, 0x5f, 0x70, 0x72, 0x65, 0x76, 0x69,
          0x65, 0x77, 0x31, 0x08, 0x66, 0x64, 0x5f, 0x77, 0x72, 0x69, 0x74, 0x65, 0x00, 0x00, 0x03,
          0x03, 0x02, 0x01, 0x01, 0x05, 0x03, 0x01, 0x00, 0x01, 0x07, 0x19, 0x03, 0x06, 0x6d, 0x65,
          0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x05, 0x77, 0x72, 0x69, 0x74, 0x65, 0x00, 0x01, 0x04,
          0x74, 0x72, 0x61, 0x70, 0x00, 0x02, 0x0a, 0x15, 0x02, 0x0d, 0x00, 0x41, 0x01, 0x41, 0x00,
          0x41, 0x01, 0x41, 0x08, 0x10, 0x00, 0x1a, 0x0b, 0x05, 0x00, 0x10, 0x01, 0x00, 0x0b, 0x0b,
          0x0e, 0x01, 0x00, 0x41, 0x00, 0x0b, 0x08, 0x10, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00};
}
constexpr uint32_t kWrite = 1;
constexpr uint32_t kWriteAndTrap = 2;
constexpr size_t kWritten = 64;

/// Calls whose progress another thread takes while they run.
class TakenCalls : public CallBatch {
 public:
  TakenCalls(const Module& module, std::vector<uint32_t> functions, bool is_one)
      : CallBatch(module, MakeCalls(std::move(functions), is_one)) {}

  /// Returns how much they had written when they ended.
  size_t TakeAll() {
    size_t written = 0;
    while (!has_ended_.load()) written += Take(false).stdout_bytes.size();
    return written + Take(true).stdout_bytes.size();
  }

 private:
  static Calls MakeCalls(std::vector<uint32_t> functions, bool is_one) {
    Calls calls;
    calls.functions = std::move(functions);
    calls.keeps_output = true;
    calls.is_one = is_one;
    return calls;
  }

  void Progressed() noexcept override {}
  void Ended() noexcept override { has_ended_.store(true); }

  std::atomic<bool> has_ended_{false};
};

TEST(CallBatchTest, LosesNoOutputThatIsTakenWhileItEnds) {
  test::TemporaryFile file(".wasm");
  file.Write(WritingModule());
  GuestOptions options;
  options.files = std::make_shared<const FileSystem>();
  options.models = std::make_shared<const ModelTable>();
  const std::shared_ptr<const Module> module = Module::Load(file.path(), {});
  WorkerPool pool(module, options, {1, 1000, 0});
  for (int round = 0; round < 200; ++round) {
    const auto instance = pool.MakeInstance();
    const auto start = std::make_shared<TestStart>();
    auto started = start->end();
    pool.Submit(instance, start);
    ASSERT_EQ(started.get(), "done");
    std::vector<uint32_t> functions(20, kWrite);
    functions.push_back(kWriteAndTrap);
    const auto calls = std::make_shared<TakenCalls>(*module, functions, round % 2 == 0);
    pool.Submit(instance, calls);
    EXPECT_EQ(calls->TakeAll(), functions.size() * kWritten);
  }
}

std::string ModeName(const testing::TestParamInfo<bool>& info) {
  return info.param ? "Compiled" : "Interpreted";
}

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer does not support compiled guests.
INSTANTIATE_TEST_SUITE_P(Modes, KeptInstanceTest, testing::Values(false), ModeName);
#else
INSTANTIATE_TEST_SUITE_P(Modes, KeptInstanceTest, testing::Values(true, false), ModeName);
#endif

}  // namespace
}  // namespace wasmedge_embed
