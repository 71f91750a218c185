#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "base/page_buffer.h"
#include "base/read_file.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

uintptr_t Address(const uint8_t* place) { return reinterpret_cast<uintptr_t>(place); }

TEST(PageBufferTest, IsZeroWithRoomAroundIt) {
  for (const size_t size : {size_t{1}, size_t{4096}, kLargePage - 1, 3 * kLargePage + 5}) {
    const PageBuffer buffer(size);
    ASSERT_EQ(buffer.size(), size);
    EXPECT_EQ(Address(buffer.data()) % PageBuffer::kAlignment, 0U);
    uint8_t* const begin = buffer.data() - PageBuffer::kRoom;
    uint8_t* const end = buffer.data() + size + PageBuffer::kSpareBytes;
    EXPECT_TRUE(std::all_of(begin, end, [](uint8_t byte) { return byte == 0; })) << size;
    std::fill(begin, end, uint8_t{0xA5});
  }
}

TEST(PageBufferTest, HasItsDensePartOnTheBoundaryOfALargePage) {
  constexpr size_t kDense = 64 * 1001;
  const PageBuffer buffer(kDense + 2 * kLargePage, kDense);
  EXPECT_EQ(Address(buffer.data() + kDense) % kLargePage, 0U);
  // For less there is none.
  const PageBuffer small(kDense + kLargePage - 1, kDense);
  EXPECT_EQ(Address(small.data()) % PageBuffer::kAlignment, 0U);
}

TEST(PageBufferTest, IsMovedAndLeavesNothing) {
  PageBuffer from(100);
  EXPECT_FALSE(from.empty());
  from.data()[99] = 7;
  uint8_t* const data = from.data();
  PageBuffer to = std::move(from);
  EXPECT_EQ(to.data(), data);
  EXPECT_EQ(to.data()[99], 7);
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(from.data(), nullptr);
  EXPECT_EQ(from.size(), 0U);
  EXPECT_TRUE(PageBuffer().empty());
}

TEST(PageBufferTest, RefusesWhatNoProcessHas) {
  EXPECT_THROW(PageBuffer{std::numeric_limits<size_t>::max()}, std::bad_alloc);
  EXPECT_THROW(PageBuffer{std::numeric_limits<size_t>::max() / 2}, std::bad_alloc);
  EXPECT_THROW(PageBuffer{size_t{1} << 60}, std::bad_alloc);
}

TEST(PageBufferTest, IsReadFromAFile) {
  const std::vector<uint8_t> expected = ReadFile("/proc/self/exe");
  const PageBuffer read = ReadFileIntoPages("/proc/self/exe");
  ASSERT_EQ(read.size(), expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), read.data()));
  const uint8_t* const end = read.data() + read.size();
  EXPECT_TRUE(std::all_of(end, end + PageBuffer::kSpareBytes, [](uint8_t b) { return b == 0; }));
}

}  // namespace
}  // namespace wasmedge_embed
