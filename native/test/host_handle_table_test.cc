#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "host/handle_table.h"

namespace wasmedge_embed {
namespace {

TEST(HandleTableTest, NumbersFromZero) {
  HandleTable<int> table(3);
  EXPECT_EQ(table.Insert(std::make_unique<int>(10)), 0U);
  EXPECT_EQ(table.Insert(std::make_unique<int>(11)), 1U);
  EXPECT_EQ(*table.Find(0), 10);
  EXPECT_EQ(*table.Find(1), 11);
  EXPECT_EQ(table.Find(2), nullptr);
}

TEST(HandleTableTest, RefusesMoreThanItsCapacity) {
  HandleTable<int> table(2);
  table.Insert(std::make_unique<int>(1));
  EXPECT_FALSE(table.full());
  table.Insert(std::make_unique<int>(2));
  EXPECT_TRUE(table.full());
  EXPECT_EQ(table.Insert(std::make_unique<int>(3)), std::nullopt);
  EXPECT_NE(table.Erase(0), nullptr);
  EXPECT_FALSE(table.full());
  EXPECT_NE(table.Insert(std::make_unique<int>(3)), std::nullopt);
}

TEST(HandleTableTest, FindsNothingForStaleAndForgedHandles) {
  HandleTable<int> table(8);
  const uint32_t first = *table.Insert(std::make_unique<int>(1));
  EXPECT_EQ(*table.Erase(first), 1);
  EXPECT_EQ(table.Find(first), nullptr);
  EXPECT_EQ(table.Erase(first), nullptr);
  const uint32_t second = *table.Insert(std::make_unique<int>(2));
  EXPECT_NE(second, first);
  EXPECT_EQ(table.Find(first), nullptr);
  EXPECT_EQ(*table.Find(second), 2);
  for (const uint32_t forged :
       {1U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, second + 1, second + 0x10000}) {
    EXPECT_EQ(table.Find(forged), nullptr) << forged;
    EXPECT_EQ(table.Erase(forged), nullptr) << forged;
  }
}

TEST(HandleTableTest, NeverGivesAHandleTwice) {
  HandleTable<int> table(1);
  std::set<uint32_t> given;
  while (!table.full()) {
    const uint32_t handle = *table.Insert(std::make_unique<int>(0));
    ASSERT_TRUE(given.insert(handle).second);
    table.Erase(handle);
  }
  EXPECT_EQ(given.size(), 65536U);
  EXPECT_EQ(table.Insert(std::make_unique<int>(0)), std::nullopt);
}

TEST(HandleTableTest, BeginsAnewWhenCleared) {
  HandleTable<int> table(2);
  table.Erase(*table.Insert(std::make_unique<int>(1)));
  table.Insert(std::make_unique<int>(2));
  table.Clear();
  EXPECT_EQ(table.Find(0), nullptr);
  EXPECT_EQ(table.Insert(std::make_unique<int>(3)), 0U);
}

}  // namespace
}  // namespace wasmedge_embed
