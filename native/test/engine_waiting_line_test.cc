#include <gtest/gtest.h>

#include "engine/waiting_line.h"

namespace wasmedge_embed {
namespace {

TEST(WaitingLineTest, GivesWhatIsWaitedForBeforeTheRest) {
  WaitingLine<int> line;
  line.Push(1, false);
  line.Push(2, true);
  line.Push(3, false);
  line.Push(4, true);
  EXPECT_EQ(line.size(), 4u);
  EXPECT_EQ(line.waited_for(), 2u);
  for (const int expected : {2, 4, 1, 3}) EXPECT_EQ(line.Pop(), expected);
  EXPECT_TRUE(line.empty());
}

TEST(WaitingLineTest, AdvancesWhatIsWaitedForLater) {
  WaitingLine<int> line;
  for (const int each : {1, 2, 3}) line.Push(each, false);
  const auto is_two = [](int each) { return each == 2; };
  EXPECT_TRUE(line.HasNotWaitedFor(is_two));
  EXPECT_TRUE(line.Advance(is_two));
  EXPECT_FALSE(line.HasNotWaitedFor(is_two));
  EXPECT_FALSE(line.Advance(is_two)) << "it was already";
  EXPECT_EQ(line.waited_for(), 1u);
  EXPECT_EQ(line.Pop(), 2);
  EXPECT_EQ(line.Pop(), 1);
}

TEST(WaitingLineTest, LosesWhatIsTakenOut) {
  WaitingLine<int> line;
  line.Push(1, false);
  line.Push(2, true);
  EXPECT_EQ(line.Take([](int each) { return each == 1; }), 1);
  EXPECT_EQ(line.Take([](int each) { return each == 2; }), 2);
  EXPECT_EQ(line.Take([](int) { return true; }), std::nullopt);
  EXPECT_EQ(line.waited_for(), 0u);
}

}  // namespace
}  // namespace wasmedge_embed
