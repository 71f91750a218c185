#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"

namespace wasmedge_embed {
namespace {

bool IsAligned(const AlignedBuffer& buffer) {
  return reinterpret_cast<uintptr_t>(buffer.data()) % AlignedBuffer::kAlignment == 0;
}

bool IsZero(const uint8_t* begin, const uint8_t* end) {
  return std::all_of(begin, end, [](uint8_t byte) { return byte == 0; });
}

TEST(AlignedBufferTest, IsZeroWithSpareBytes) {
  const AlignedBuffer buffer(100);
  EXPECT_TRUE(IsAligned(buffer));
  EXPECT_EQ(buffer.size(), 100U);
  EXPECT_TRUE(IsZero(buffer.data(), buffer.data() + 100 + AlignedBuffer::kSpareBytes));
  EXPECT_EQ(AlignedBuffer().data(), nullptr);
}

TEST(AlignedBufferTest, GrowsToTheFrontWhereThereIsRoom) {
  const std::vector<uint8_t> bytes(70, 7);
  AlignedBuffer buffer = AlignedBuffer::CopyWithRoom(bytes.data(), bytes.size(), 80);
  uint8_t* const before = buffer.data();
  EXPECT_TRUE(IsAligned(buffer));
  ASSERT_TRUE(buffer.Prepend(128));
  EXPECT_TRUE(IsAligned(buffer));
  EXPECT_EQ(buffer.data() + 128, before);
  EXPECT_EQ(buffer.size(), 208U);
  std::fill_n(buffer.data(), 128, uint8_t{1});
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), before));
  EXPECT_TRUE(IsZero(before + 70, before + 80 + AlignedBuffer::kSpareBytes));
  EXPECT_FALSE(buffer.Prepend(size_t{1} << 20));
  EXPECT_EQ(buffer.size(), 208U);
  EXPECT_FALSE(AlignedBuffer(64).Prepend(64));
}

}  // namespace
}  // namespace wasmedge_embed
