#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "compile/compiler.h"
#include "engine/snapshot.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"

namespace wasmedge_embed {
namespace {

/// (module
///   (memory 1) (table $t 2 funcref) (elem (i32.const 0) $bump $seven)
///   (func (export "init")
///     (i32.store (i32.const 0) (i32.const 41))
///     (table.set $t (i32.const 0) (table.get $t (i32.const 1))))
///   (func $bump (export "bump") (result i32)
///     (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
///     (i32.load (i32.const 0)))
///   (func (export "via") (result i32) (call_indirect (result i32) (i32.const 0)))
///   (func $seven (result i32) (i32.const 7)))
std::vector<uint8_t> CountingModule() {
  return test::WasmModule({
      {1, {2, 0x60, 0, 0, 0x60, 0, 1, 0x7F}},
      {3, {4, 0, 1, 1, 1}},
      {4, {1, 0x70, 0, 2}},
      {5, {1, 0, 1}},
      {7, {3, 4, 'i', 'n', 'i', 't', 0, 0, 4, 'b', 'u', 'm', 'p', 0, 1, 3, 'v', 'i', 'a', 0, 2}},
      {9, {1, 0, 0x41, 0, 0x0B, 2, 1, 3}},
      {10,
       {4,
        // init
        17, 0, 0x41, 0, 0x41, 41, 0x36, 2, 0, 0x41, 0, 0x41, 1, 0x25, 0, 0x26, 0, 0x0B,
        // bump
        20, 0, 0x41, 0, 0x41, 0, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0, 0x41, 0, 0x28, 2, 0, 0x0B,
        // via
        7, 0, 0x41, 0, 0x11, 1, 0, 0x0B,
        // seven
        4, 0, 0x41, 7, 0x0B}},
  });
}

ModuleOptions ExportingState() {
  ModuleOptions options;
  options.exports_state = true;
  return options;
}

Outcome TakeIn(WorkerPool& pool, const std::string& function) {
  auto job = std::make_unique<Job>();
  job->request.function = function;
  job->request.takes_snapshot = true;
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  pool.Submit(std::move(job), [promise](std::unique_ptr<Job> finished) {
    promise->set_value(std::move(finished->outcome));
  });
  return future.get();
}

class EngineSnapshot : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    const std::vector<uint8_t> binary = CountingModule();
    if (!GetParam()) {
      file_.Write(binary);
      return;
    }
    CompileModule(binary, file_.path(), {});
  }

  std::shared_ptr<const Module> Load(const ModuleOptions& options) const {
    return Module::Load(file_.path(), options);
  }

  const test::TemporaryFile file_{GetParam() ? ".so" : ".wasm"};
};

TEST_P(EngineSnapshot, IsWhatInstancesBeginWith) {
  const auto pool = test::MakePool(Load(ExportingState()), 2);
  EXPECT_EQ(test::Call(*pool, "bump"), "1");
  EXPECT_EQ(test::Call(*pool, "via"), "1");
  const Outcome taken = TakeIn(*pool, "init");
  ASSERT_TRUE(taken.snapshot) << (taken.error ? taken.error->what() : "");
  ModuleOptions options;
  options.snapshot = taken.snapshot;
  pool->ChangeModule(Load(options));
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(test::Call(*pool, "bump"), "42");
    EXPECT_EQ(test::Call(*pool, "via"), "7");
  }
}

TEST_P(EngineSnapshot, ServesManyThreads) {
  const auto pool = test::MakePool(Load(ExportingState()), 4);
  const Outcome taken = TakeIn(*pool, "init");
  ASSERT_TRUE(taken.snapshot);
  ModuleOptions options;
  options.snapshot = taken.snapshot;
  pool->ChangeModule(Load(options));
  std::vector<std::future<Outcome>> running;
  for (int call = 0; call < 200; ++call) running.push_back(test::Start(*pool, "bump"));
  for (std::future<Outcome>& each : running) EXPECT_EQ(test::NameOf(each.get()), "42");
}

TEST_P(EngineSnapshot, NeedsStateThatIsExported) {
  const auto pool = test::MakePool(Load({}), 1);
  EXPECT_EQ(test::NameOf(TakeIn(*pool, "init")), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(test::Call(*pool, "bump"), "1");
}

TEST_P(EngineSnapshot, OfAnotherModuleIsRefused) {
  const auto pool = test::MakePool(Load(ExportingState()), 1);
  ModuleOptions options;
  options.snapshot = TakeIn(*pool, "init").snapshot;
  ASSERT_TRUE(options.snapshot);
  const test::TemporaryFile other(".wasm");
  other.Write(test::TrappingModule());
  EXPECT_THROW(Module::Load(other.path(), options), Error);
}

INSTANTIATE_TEST_SUITE_P(Forms, EngineSnapshot, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "Interpreted"; });

}  // namespace
}  // namespace wasmedge_embed
