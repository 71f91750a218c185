#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

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

}  // namespace
}  // namespace wasmedge_embed
