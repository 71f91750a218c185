#include <gtest/gtest.h>

#include <cstdint>

#include "inference/check/memory_plan.h"

namespace wasmedge_embed {
namespace {

TEST(MemoryPlanTest, IsEmptyWithoutBlocks) { EXPECT_EQ(MemoryPlan().Bytes(), 0U); }

TEST(MemoryPlanTest, SharesWhatIsNotThereAtTheSameTime) {
  MemoryPlan plan;
  for (size_t i = 0; i < 100; ++i) plan.Add(640, i, i + 1);
  EXPECT_EQ(plan.Bytes(), 2 * 640U);
}

TEST(MemoryPlanTest, SharesNothingThatIs) {
  MemoryPlan plan;
  for (size_t i = 0; i < 100; ++i) plan.Add(640, i, 99);
  EXPECT_EQ(plan.Bytes(), 100 * 640U);
}

TEST(MemoryPlanTest, PlacesAtMultiplesOf64) {
  MemoryPlan plan;
  plan.Add(1, 0, 1);
  plan.Add(65, 0, 1);
  EXPECT_EQ(plan.Bytes(), 64U + 128);
}

TEST(MemoryPlanTest, FillsTheSmallestGap) {
  MemoryPlan plan;
  plan.Add(1024, 0, 1);
  plan.Add(512, 1, 2);
  plan.Add(256, 0, 2);
  // In the place of the first one, next to the second and the third.
  plan.Add(128, 2, 2);
  EXPECT_EQ(plan.Bytes(), 1024U + 512 + 256);
}

TEST(MemoryPlanTest, StaysWithinItsNumbers) {
  MemoryPlan plan;
  for (int i = 0; i < 5; ++i) plan.Add(UINT64_MAX, 0, 1);
  EXPECT_GE(plan.Bytes(), uint64_t{1} << 62);
}

TEST(MemoryPlanTest, CountsTheSmallestOfTooManyAsIfTheySharedNothing) {
  MemoryPlan plan;
  for (size_t i = 0; i < 5000; ++i) plan.Add(64 * (1 + (i < 4096 ? 1 : 0)), i, i);
  EXPECT_EQ(plan.Bytes(), 128U + (5000 - 4096) * 64);
}

}  // namespace
}  // namespace wasmedge_embed
