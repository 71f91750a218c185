#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/thread.h"
#include "compile/compiler.h"
#include "engine/guest_interrupt.h"
#include "engine/slot.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"
#include "low_limit.h"

namespace wasmedge_embed {
namespace {

/// (module
///   (memory 1)
///   (global $number (mut i32) (i32.const 5))
///   (global $real (mut f64) (f64.const 0.5))
///   (table $t 2 funcref) (elem (i32.const 0) $five $six)
///   (data (i32.const 8) "*")
///   (func $five (result i32) (i32.const 5))
///   (func $six (result i32) (i32.const 6))
///   (func $look (export "look") (result i32) (local $at i32) (local $sum i32)
///     (local.set $at (i32.mul (memory.size) (i32.const 65536)))
///     (loop $next
///       (local.set $sum (i32.add (local.get $sum) (i32.load (local.tee $at (i32.sub (local.get
///       $at) (i32.const 4)))))) (br_if $next (local.get $at)))
///     (i32.add (i32.add (i32.add (local.get $sum) (i32.mul (memory.size) (i32.const 100000)))
///       (i32.mul (global.get $number) (i32.const 1000)))
///       (i32.add (i32.trunc_f64_s (f64.mul (global.get $real) (f64.const 2))) (i32.mul (i32.const
///       10000) (call_indirect (result i32) (i32.const 0))))))
///   (func (export "soil") (result i32)
///     (drop (memory.grow (i32.const 2)))
///     (memory.fill (i32.const 0) (i32.const 0xAA) (i32.mul (memory.size) (i32.const 65536)))
///     (global.set $number (i32.const 9))
///     (global.set $real (f64.const 7))
///     (memory.size))
///   (func (export "reach") (result i32) (i32.load (i32.const 131072)))
///   (func (export "swap") (result i32)
///     (table.set $t (i32.const 0) (table.get $t (i32.const 1)))
///     (call $look))
///   (func (export "fail") (result i32)
///     (i32.store (i32.const 64) (i32.const 7)) (global.set $number (i32.const 1)) (unreachable))
///   (func (export "burst") (result i32) (memory.grow (i32.const 65534)))
/// )
std::vector<uint8_t> SoilingModule() {
  return {
      0,    0x61, 0x73, 0x6D, 1,    0,    0,    0,    1,    5,    1,    0x60, 0,    1,    0x7F,
      3,    9,    8,    0,    0,    0,    0,    0,    0,    0,    0,    4,    4,    1,    0x70,
      0,    2,    5,    3,    1,    0,    1,    6,    0x12, 2,    0x7F, 1,    0x41, 5,    0x0B,
      0x7C, 1,    0x44, 0,    0,    0,    0,    0,    0,    0xE0, 0x3F, 0x0B, 7,    0x2D, 6,
      4,    0x6C, 0x6F, 0x6F, 0x6B, 0,    2,    4,    0x73, 0x6F, 0x69, 0x6C, 0,    3,    5,
      0x72, 0x65, 0x61, 0x63, 0x68, 0,    4,    4,    0x73, 0x77, 0x61, 0x70, 0,    5,    4,
      0x66, 0x61, 0x69, 0x6C, 0,    6,    5,    0x62, 0x75, 0x72, 0x73, 0x74, 0,    7,    9,
      8,    1,    0,    0x41, 0,    0x0B, 2,    0,    1,    0x0A, 0xB1, 1,    8,    4,    0,
      0x41, 5,    0x0B, 4,    0,    0x41, 6,    0x0B, 0x4D, 1,    2,    0x7F, 0x3F, 0,    0x41,
      0x80, 0x80, 4,    0x6C, 0x21, 0,    3,    0x40, 0x20, 1,    0x20, 0,    0x41, 4,    0x6B,
      0x22, 0,    0x28, 2,    0,    0x6A, 0x21, 1,    0x20, 0,    0x0D, 0,    0x0B, 0x20, 1,
      0x3F, 0,    0x41, 0xA0, 0x8D, 6,    0x6C, 0x6A, 0x23, 0,    0x41, 0xE8, 7,    0x6C, 0x6A,
      0x23, 1,    0x44, 0,    0,    0,    0,    0,    0,    0,    0x40, 0xA2, 0xAA, 0x41, 0x90,
      0xCE, 0,    0x41, 0,    0x11, 0,    0,    0x6C, 0x6A, 0x6A, 0x0B, 0x27, 0,    0x41, 2,
      0x40, 0,    0x1A, 0x41, 0,    0x41, 0xAA, 1,    0x3F, 0,    0x41, 0x80, 0x80, 4,    0x6C,
      0xFC, 0x0B, 0,    0x41, 9,    0x24, 0,    0x44, 0,    0,    0,    0,    0,    0,    0x1C,
      0x40, 0x24, 1,    0x3F, 0,    0x0B, 9,    0,    0x41, 0x80, 0x80, 8,    0x28, 2,    0,
      0x0B, 0x0C, 0,    0x41, 0,    0x41, 1,    0x25, 0,    0x26, 0,    0x10, 2,    0x0B, 0x0F,
      0,    0x41, 0xC0, 0,    0x41, 7,    0x36, 2,    0,    0x41, 1,    0x24, 0,    0,    0x0B,
      8,    0,    0x41, 0xFE, 0xFF, 3,    0x40, 0,    0x0B, 0x0B, 7,    1,    0,    0x41, 8,
      0x0B, 1,    0x2A,
  };
}

/// The result of "look" in a new instance.
constexpr char kNew[] = "155043";

GuestOptions Options() {
  GuestOptions options;
  options.files = std::make_shared<const FileSystem>();
  options.models = std::make_shared<const ModelTable>();
  return options;
}

class InstanceRenewalTest : public testing::TestWithParam<bool> {
 protected:
  InstanceRenewalTest() {
    if (GetParam()) {
      CompileModule(SoilingModule(), file_.path(), {});
    } else {
      file_.Write(SoilingModule());
    }
    module_ = Module::Load(file_.path(), {});
  }

  /// Runs the work on a thread with a slot of its own.
  void WithSlot(const GuestOptions& options, const std::function<void(Slot&)>& work) const {
    GuestStack stack;
    const Thread thread(stack, GuestInterrupt::signal(), [&] {
      Slot slot(module_, options, stack);
      work(slot);
    });
  }

  /// Whether guests may access addresses beyond their memory here: a compiled guest faults, and
  /// ThreadSanitizer reports what WasmEdge's signal handler does.
  static bool MayFault() {
#if defined(__SANITIZE_THREAD__)
    return !GetParam();
#else
    return true;
#endif
  }

  static std::string Run(Slot& slot, const std::string& function) {
    Request request;
    request.function = function;
    Invocation invocation;
    return test::NameOf(slot.Run(std::move(request), invocation));
  }

  const test::TemporaryFile file_{GetParam() ? ".so" : ".wasm"};
  std::shared_ptr<const Module> module_;
};

TEST_P(InstanceRenewalTest, MakesMemoryAndGlobalsNew) {
  WithSlot(Options(), [](Slot& slot) {
    EXPECT_EQ(Run(slot, "look"), kNew);
    for (int round = 0; round < 20; ++round) {
      slot.Rest(false);
      ASSERT_TRUE(slot.HasRenewed());
      // It grows to three pages, each time.
      EXPECT_EQ(Run(slot, "soil"), "3");
      slot.Rest(false);
      ASSERT_TRUE(slot.HasRenewed());
      EXPECT_EQ(Run(slot, "look"), kNew);
    }
  });
}

TEST_P(InstanceRenewalTest, ClosesThePagesThatItHadGrownBy) {
  if (!MayFault()) GTEST_SKIP() << "ThreadSanitizer minds what WasmEdge does in a signal.";
  WithSlot(Options(), [](Slot& slot) {
    for (int round = 0; round < 5; ++round) {
      EXPECT_EQ(Run(slot, "soil"), "3");
      slot.Rest(false);
      ASSERT_TRUE(slot.HasRenewed());
      EXPECT_EQ(Run(slot, "reach"), "memory-out-of-bounds");
      slot.Rest(false);
    }
  });
}

TEST_P(InstanceRenewalTest, OpensNoneOfThemWhereTheSystemRefusesMore) {
  if (!MayFault()) GTEST_SKIP() << "ThreadSanitizer minds what WasmEdge does in a signal.";
  WithSlot(Options(), [](Slot& slot) {
    EXPECT_EQ(Run(slot, "soil"), "3");
    slot.Rest(false);
    ASSERT_TRUE(slot.HasRenewed());
    {
      const test::LowLimit limit(RLIMIT_DATA, uint64_t{1} << 30);
      if (!limit.holds()) GTEST_SKIP() << "There is no such limit.";
      EXPECT_EQ(Run(slot, "burst"), std::to_string(UINT32_MAX));
    }
    slot.Rest(false);
    ASSERT_TRUE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "reach"), "memory-out-of-bounds");
  });
}

TEST_P(InstanceRenewalTest, IsNotForATableThatHasChanged) {
  WithSlot(Options(), [](Slot& slot) {
    EXPECT_EQ(Run(slot, "look"), kNew);
    slot.Rest(false);
    ASSERT_TRUE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "swap"), "165043");
    slot.Rest(false);
    EXPECT_FALSE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "look"), kNew);
  });
}

TEST_P(InstanceRenewalTest, IsNotForAGuestThatFailed) {
  WithSlot(Options(), [](Slot& slot) {
    EXPECT_EQ(Run(slot, "fail"), "unreachable");
    slot.Rest(false);
    EXPECT_FALSE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "look"), kNew);
  });
}

TEST_P(InstanceRenewalTest, MakesAnotherAheadWhereThereIsTime) {
  WithSlot(Options(), [](Slot& slot) {
    // Before the first run, and after a run that left nothing to renew.
    for (int round = 0; round < 5; ++round) {
      slot.Rest(true);
      EXPECT_EQ(Run(slot, "look"), kNew);
      slot.Rest(true);
      EXPECT_EQ(Run(slot, "fail"), "unreachable");
    }
  });
}

TEST_P(InstanceRenewalTest, GivesWayToAnotherAfterAWhile) {
  WithSlot(Options(), [](Slot& slot) {
    EXPECT_EQ(Run(slot, "soil"), "3");
    slot.Rest(false);
    ASSERT_TRUE(slot.HasRenewed());
    slot.Relax();
    EXPECT_FALSE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "look"), kNew);
  });
}

TEST_P(InstanceRenewalTest, LeavesCountedInstructionsAlone) {
  GuestOptions options = Options();
  options.limits.fuel = 1'000'000;
  WithSlot(options, [](Slot& slot) {
    slot.Rest(true);
    EXPECT_EQ(Run(slot, "look"), kNew);
    slot.Rest(true);
    EXPECT_FALSE(slot.HasRenewed());
    EXPECT_EQ(Run(slot, "look"), kNew);
  });
}

TEST_P(InstanceRenewalTest, ServesManyThreads) {
  const auto pool = test::MakePool(module_, 4);
  std::vector<std::pair<std::string, std::future<Outcome>>> runs;
  for (int round = 0; round < 100; ++round) {
    runs.emplace_back("3", test::Start(*pool, "soil"));
    runs.emplace_back(kNew, test::Start(*pool, "look"));
    runs.emplace_back("unreachable", test::Start(*pool, "fail"));
    runs.emplace_back(kNew, test::Start(*pool, "look"));
    runs.emplace_back("165043", test::Start(*pool, "swap"));
    if (MayFault()) runs.emplace_back("memory-out-of-bounds", test::Start(*pool, "reach"));
  }
  for (auto& [expected, run] : runs) EXPECT_EQ(test::NameOf(run.get()), expected);
}

INSTANTIATE_TEST_SUITE_P(Forms, InstanceRenewalTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "Interpreted"; });

}  // namespace
}  // namespace wasmedge_embed
