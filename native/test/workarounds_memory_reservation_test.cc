#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compile/compiler.h"
#include "engine/wasmedge_api.h"
#include "engine_fixtures.h"
#include "engine_test_pool.h"
#include "low_limit.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kReserved = 12 * kGiB + MemoryReservation::kGuardBytes;

/// Mappings of this process.
struct Mapping {
  uint64_t begin;
  uint64_t end;
  std::string rights;
};

std::vector<Mapping> Mappings() {
  std::vector<Mapping> mappings;
  std::ifstream file("/proc/self/maps");
  for (std::string line; std::getline(file, line);) {
    const size_t dash = line.find('-');
    const size_t space = line.find(' ');
    mappings.push_back({std::stoull(line.substr(0, dash), nullptr, 16),
                        std::stoull(line.substr(dash + 1, space - dash - 1), nullptr, 16),
                        line.substr(space + 1, 4)});
  }
  return mappings;
}

/// Bytes of address space without access rights.
uint64_t ClosedBytes() {
  uint64_t bytes = 0;
  for (const Mapping& each : Mappings()) {
    if (each.rights.rfind("---", 0) == 0) bytes += each.end - each.begin;
  }
  return bytes;
}

/// The detail of the thrown error.
std::string DetailOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.detail();
  }
  return "nothing";
}

/// (module (memory 1)
///   (func (export "high") (v128.store offset=0xffffffff (i32.const 0xfffffff9)
///     (v128.const i8x16 0x42 …)))
///   (func (export "grow") (result i32) (memory.grow (i32.const 0xfffe)))
///   (func (export "size") (result i32)
///     (drop (memory.grow (i32.const 0xfffe))) (memory.size)))
std::vector<uint8_t> MemoryModule() {
  std::vector<uint8_t> high{0,  0x41, 0x79, 0xFD, 0x0C, 1,    2,    3,    4,    5,
                            6,  7,    8,    9,    10,   11,   12,   13,   14,   15,
                            16, 0xFD, 11,   0,    0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x0B};
  std::vector<uint8_t> code{3, static_cast<uint8_t>(high.size())};
  code.insert(code.end(), high.begin(), high.end());
  const std::vector<uint8_t> rest{// grow
                                  8, 0, 0x41, 0xFE, 0xFF, 0x03, 0x40, 0, 0x0B,
                                  // size
                                  11, 0, 0x41, 0xFE, 0xFF, 0x03, 0x40, 0, 0x1A, 0x3F, 0, 0x0B};
  code.insert(code.end(), rest.begin(), rest.end());
  return test::WasmModule({
      {1, {2, 0x60, 0, 0, 0x60, 0, 1, 0x7F}},
      {3, {3, 0, 1, 1}},
      {5, {1, 0, 1}},
      {7,
       {3, 4, 'h', 'i', 'g', 'h', 0, 0, 4, 'g', 'r', 'o', 'w', 0, 1, 4, 's', 'i', 'z', 'e', 0, 2}},
      {10, code},
  });
}

class MemoryReservationTest : public testing::Test {
 protected:
  // Opens the library.
  const wasmedge::Api& api_ = wasmedge::Api::Get(wasmedge::Purpose::kCompile);
};

TEST_F(MemoryReservationTest, GivesBackWhatNobodyTook) {
  const uint64_t before = ClosedBytes();
  {
    const MemoryReservation first(1);
    const MemoryReservation second(0);
    EXPECT_NEAR(static_cast<double>(ClosedBytes() - before), 2.0 * kReserved, 1e8);
  }
  EXPECT_NEAR(static_cast<double>(ClosedBytes()), static_cast<double>(before), 1e8);
}

TEST_F(MemoryReservationTest, RefusesMoreThanTheProcessMayHave) {
#if !defined(__x86_64__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "QEMU and the sanitizers keep account of all addresses.";
#endif
  std::vector<std::unique_ptr<MemoryReservation>> many;
  const std::string detail = DetailOf([&many] {
    for (uint64_t count = 0; count <= MemoryReservation::kMostMemories; ++count) {
      many.push_back(std::make_unique<MemoryReservation>(0));
    }
  });
  EXPECT_EQ(detail, "address-space");
  EXPECT_EQ(many.size(), MemoryReservation::kMostMemories);
  many.pop_back();
  EXPECT_EQ(DetailOf([] { MemoryReservation{0}; }), "nothing");
  // The last one first, like scopes.
  while (!many.empty()) many.pop_back();
}

TEST_F(MemoryReservationTest, LeavesMappingsForOthers) {
#if !defined(__x86_64__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "QEMU and the sanitizers keep account of all addresses.";
#endif
  constexpr uint64_t kPages = 64;
  constexpr uint64_t kParts = 8;
  std::vector<uint8_t> scattered(kPages * 65536);
  for (uint64_t part = 0; part < kParts; ++part) scattered[part * scattered.size() / kParts] = 1;
  const auto image = MemoryImage::Take(scattered.data(), scattered.size(), UINT64_MAX, [] {});
  ASSERT_EQ(image->mappings(), 2 * kParts);
  const size_t before = Mappings().size();
  std::vector<std::unique_ptr<MemoryReservation>> many;
  const std::string detail = DetailOf([&] {
    while (true) many.push_back(std::make_unique<MemoryReservation>(kPages, image.get()));
  });
  EXPECT_EQ(detail, "address-space");
  EXPECT_GT(many.size(), 2000);
  EXPECT_LE(Mappings().size() - before, MemoryReservation::kMostMappings);
  many.pop_back();
  EXPECT_EQ(DetailOf([] { MemoryReservation{1}; }), "nothing");
  while (!many.empty()) many.pop_back();
  EXPECT_EQ(DetailOf([&] { MemoryReservation(kPages, image.get()); }), "nothing");
}

TEST_F(MemoryReservationTest, LeavesAddressesForOthersWhereTheyAreLimited) {
  uint64_t used = 0;
  for (const Mapping& each : Mappings()) used += each.end - each.begin;
  const auto detail_with = [](uint64_t bytes) {
    const test::LowLimit limit(RLIMIT_AS, bytes);
    if (!limit.holds()) return std::string("no limit");
    return DetailOf([] { MemoryReservation{1}; });
  };
  if (detail_with(used + kGiB) == "no limit") GTEST_SKIP() << "There is no such limit.";
  EXPECT_EQ(detail_with(used + kGiB), "address-space");
  EXPECT_EQ(detail_with(used + kReserved + kGiB / 8), "address-space");
  EXPECT_EQ(detail_with(used + kReserved + kGiB), "nothing");
}

TEST_F(MemoryReservationTest, RefusesPagesThatTheMachineHasNot) {
  const test::LowLimit limit(RLIMIT_DATA, kGiB);
  if (!limit.holds()) GTEST_SKIP() << "There is no such limit.";
  EXPECT_EQ(DetailOf([] { MemoryReservation{65536}; }), "host-memory");
  EXPECT_EQ(DetailOf([] { MemoryReservation{0}; }), "nothing");
}

/// With the module compiled and with the module interpreted.
class MemoryReservationGuestTest : public testing::TestWithParam<bool> {
 protected:
  MemoryReservationGuestTest() : file_(GetParam() ? ".so" : ".wasm") {
    if (GetParam()) {
      CompileModule(MemoryModule(), file_.path(), {});
    } else {
      file_.Write(MemoryModule());
    }
    pool_ = test::MakePool(Module::Load(file_.path(), {}), 1);
  }

  test::TemporaryFile file_;
  std::unique_ptr<WorkerPool> pool_;
};

TEST_P(MemoryReservationGuestTest, LeavesNothingBehind) {
  // What exists between two runs is created and destroyed after the outcome.
  pool_.reset();
  const uint64_t before = ClosedBytes();
  pool_ = test::MakePool(Module::Load(file_.path(), {}), 1);
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(test::Call(*pool_, "high"), "memory-out-of-bounds");
    EXPECT_EQ(test::Call(*pool_, "grow"), "1");
  }
  pool_.reset();
  EXPECT_NEAR(static_cast<double>(ClosedBytes()), static_cast<double>(before), 1e9);
}

TEST_P(MemoryReservationGuestTest, IsToldWhereTheMachineHasNoMorePages) {
  EXPECT_EQ(test::Call(*pool_, "size"), "65535");
  {
    const test::LowLimit limit(RLIMIT_DATA, kGiB);
    if (!limit.holds()) GTEST_SKIP() << "There is no such limit.";
    EXPECT_EQ(test::Call(*pool_, "grow"), std::to_string(UINT32_MAX));
    EXPECT_EQ(test::Call(*pool_, "size"), "1");
  }
  EXPECT_EQ(test::Call(*pool_, "size"), "65535");
}

INSTANTIATE_TEST_SUITE_P(Modes, MemoryReservationGuestTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "aot" : "interpreter"; });

}  // namespace
}  // namespace wasmedge_embed
