#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "compile/compiler.h"
#include "engine/guest_instance.h"
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
///   (func $seven (result i32) (i32.const 7))
///   (func (export "wipe") (result i32)
///     (i32.load (i32.const 0))
///     (memory.fill (i32.const 0) (i32.const -1) (i32.const 65536))))
std::vector<uint8_t> CountingModule() {
  return test::WasmModule({
      {1, {2, 0x60, 0, 0, 0x60, 0, 1, 0x7F}},
      {3, {5, 0, 1, 1, 1, 1}},
      {4, {1, 0x70, 0, 2}},
      {5, {1, 0, 1}},
      {7, {4, 4, 'i', 'n', 'i', 't', 0, 0, 4,   'b', 'u', 'm', 'p', 0,
           1, 3, 'v', 'i', 'a', 0,   2, 4, 'w', 'i', 'p', 'e', 0,   4}},
      {9, {1, 0, 0x41, 0, 0x0B, 2, 1, 3}},
      {10,
       {5,
        // init
        17, 0, 0x41, 0, 0x41, 41, 0x36, 2, 0, 0x41, 0, 0x41, 1, 0x25, 0, 0x26, 0, 0x0B,
        // bump
        20, 0, 0x41, 0, 0x41, 0, 0x28, 2, 0, 0x41, 1, 0x6A, 0x36, 2, 0, 0x41, 0, 0x28, 2, 0, 0x0B,
        // via
        7, 0, 0x41, 0, 0x11, 1, 0, 0x0B,
        // seven
        4, 0, 0x41, 7, 0x0B,
        // wipe
        18, 0, 0x41, 0, 0x28, 2, 0, 0x41, 0, 0x41, 0x7F, 0x41, 0x80, 0x80, 0x04, 0xFC, 0x0B, 0,
        0x0B}},
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

/// Resident bytes.
uint64_t ResidentMemory() {
  uint64_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
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

  void BeginWithSnapshot(WorkerPool& pool) const {
    const Outcome taken = TakeIn(pool, "init");
    ASSERT_TRUE(taken.snapshot) << (taken.error ? taken.error->what() : "");
    ModuleOptions options;
    options.snapshot = taken.snapshot;
    pool.ChangeModule(Load(options));
  }

  const test::TemporaryFile file_{GetParam() ? ".so" : ".wasm"};
};

TEST_P(EngineSnapshot, IsWhatInstancesBeginWith) {
  const auto pool = test::MakePool(Load(ExportingState()), 2);
  EXPECT_EQ(test::Call(*pool, "bump"), "1");
  EXPECT_EQ(test::Call(*pool, "via"), "1");
  BeginWithSnapshot(*pool);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(test::Call(*pool, "bump"), "42");
    EXPECT_EQ(test::Call(*pool, "via"), "7");
  }
}

TEST_P(EngineSnapshot, ServesManyThreads) {
  const auto pool = test::MakePool(Load(ExportingState()), 4);
  BeginWithSnapshot(*pool);
  std::vector<std::future<Outcome>> running;
  for (int call = 0; call < 200; ++call) running.push_back(test::Start(*pool, "bump"));
  for (std::future<Outcome>& each : running) EXPECT_EQ(test::NameOf(each.get()), "42");
}

TEST_P(EngineSnapshot, IsNotChangedByWhoeverWritesEverywhere) {
  const auto pool = test::MakePool(Load(ExportingState()), 4);
  BeginWithSnapshot(*pool);
  std::vector<std::future<Outcome>> running;
  for (int call = 0; call < 200; ++call) running.push_back(test::Start(*pool, "wipe"));
  for (std::future<Outcome>& each : running) EXPECT_EQ(test::NameOf(each.get()), "41");
}

TEST_P(EngineSnapshot, TakesNoMemoryHoweverManyInstances) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "Sanitizers keep what was freed.";
#endif
  const auto pool = test::MakePool(Load(ExportingState()), 2);
  BeginWithSnapshot(*pool);
  const auto make = [&pool](int instances) {
    for (int begun = 0; begun < instances; begun += 100) {
      std::vector<std::future<Outcome>> running;
      for (int each = 0; each < 100; ++each) running.push_back(test::Start(*pool, "wipe"));
      for (std::future<Outcome>& each : running) ASSERT_EQ(test::NameOf(each.get()), "41");
    }
  };
  make(2'000);
  const uint64_t before = ResidentMemory();
  make(20'000);
  // One page for each would be 80 MB.
  EXPECT_LT(ResidentMemory(), before + (uint64_t{2} << 20));
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

/// (module
///   (global $g (export "g") (mut funcref) (ref.null func)) (table $t 1 funcref)
///   (func (export "keep") (result i32)
///     (table.set $t (i32.const 0) (global.get $g)) (global.set $g (ref.null func)) (i32.const 0)))
std::vector<uint8_t> KeepingModule() {
  return test::WasmModule({
      {1, {1, 0x60, 0, 1, 0x7F}},
      {3, {1, 0}},
      {4, {1, 0x70, 0, 1}},
      {6, {1, 0x70, 1, 0xD0, 0x70, 0x0B}},
      {7, {2, 1, 'g', 3, 0, 4, 'k', 'e', 'e', 'p', 0, 0}},
      {10, {1, 14, 0, 0x41, 0, 0x23, 0, 0x26, 0, 0xD0, 0x70, 0x24, 0, 0x41, 0, 0x0B}},
  });
}

/// No guest can obtain a reference to an object of the host: the test puts it there from outside.
TEST(EngineSnapshotReferences, OfTheHostsAreRefused) {
  const test::TemporaryFile file(".wasm");
  file.Write(KeepingModule());
  const auto module = Module::Load(file.path(), ExportingState());
  const wasmedge::Api& api = module->api();
  GuestOptions options;
  options.files = std::make_shared<const FileSystem>();
  options.models = std::make_shared<const ModelTable>();
  Executor executor(module, options.limits);
  HostModuleSet hosts(*module, options, executor.get());
  Invocation invocation;
  const HostModuleSet::InvocationScope scope(hosts, invocation);
  GuestInstance instance(*module, hosts);
  Ending ending;
  instance.Instantiate(executor, invocation, ending);
  ASSERT_TRUE(ending.is_normal());
  const auto take = [&]() -> std::string {
    try {
      TakeSnapshot(*module, instance.get(), 0, [] {});
      return "taken";
    } catch (const Error& error) {
      return std::string(ErrorCodeName(error.code())) + ": " + error.what();
    }
  };
  EXPECT_EQ(take(), "taken");

  // A function of another module's instance.
  GuestInstance other(*module, hosts);
  other.Instantiate(executor, invocation, ending);
  const auto* const foreign =
      api.ModuleInstanceFindFunction(other.get(), wasmedge::MakeString("keep"));
  auto* const global = api.ModuleInstanceFindGlobal(instance.get(), wasmedge::MakeString("g"));
  wasmedge::Value reference = api.GlobalInstanceGetValue(global);
  // The type is in the other half.
  static_assert(sizeof reference.bits == 2 * sizeof foreign);
  std::memcpy(reinterpret_cast<uint8_t*>(&reference.bits) + sizeof foreign, &foreign,
              sizeof foreign);
  ASSERT_EQ(api.ValueGetFuncRef(reference), foreign);
  ASSERT_TRUE(api.ResultOK(api.GlobalInstanceSetValue(global, reference)));
  EXPECT_EQ(take(),
            "ERR_SNAPSHOT: The global 0 refers to something of the host's, which no other instance "
            "has. Clear it before the function returns.");

  Callee keep = instance.Find("keep", 0);
  instance.Call(keep, executor, invocation, ending);
  ASSERT_TRUE(ending.is_normal());
  EXPECT_EQ(take(),
            "ERR_SNAPSHOT: Table 0 refers to something of the host's, which no other instance has. "
            "Clear it before the function returns.");
}

INSTANTIATE_TEST_SUITE_P(Forms, EngineSnapshot, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "Interpreted"; });

}  // namespace
}  // namespace wasmedge_embed
