#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/address_sanitizer.h"
#include "base/error.h"
#include "base/page_buffer.h"
#include "base/read_file.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

/// AddressSanitizer need not know of this reader, as it knows of none of LiteRT's.
__attribute__((no_sanitize_address)) bool IsZero(const uint8_t* from, const uint8_t* to) {
  for (; from < to; ++from) {
    if (*from != 0) return false;
  }
  return true;
}

uintptr_t Address(const uint8_t* place) { return reinterpret_cast<uintptr_t>(place); }

TEST(PageBufferTest, IsZeroWithRoomAroundIt) {
  for (const size_t size : {size_t{1}, size_t{4096}, kLargePage - 1, 3 * kLargePage + 5}) {
    PageBuffer buffer(size);
    ASSERT_EQ(buffer.size(), size);
    EXPECT_EQ(Address(buffer.data()) % PageBuffer::kAlignment, 0U);
    uint8_t* const begin = buffer.UseRoom(PageBuffer::kRoom);
    EXPECT_EQ(begin, buffer.data() - PageBuffer::kRoom);
    uint8_t* const end = buffer.data() + size;
    EXPECT_TRUE(IsZero(begin, end + PageBuffer::kSpareBytes)) << size;
    std::fill(begin, end, uint8_t{0xA5});
  }
}

#ifdef WASMEDGE_EMBED_ADDRESS_SANITIZER
TEST(PageBufferTest, LetsTheSanitizerFindWhatIsOutside) {
  for (const size_t size : {size_t{1}, size_t{100}, 3 * kLargePage + 5}) {
    PageBuffer buffer(size);
    uint8_t* const data = buffer.data();
    const auto is_outside = [](const uint8_t* byte) { return __asan_address_is_poisoned(byte); };
    EXPECT_FALSE(is_outside(data));
    EXPECT_FALSE(is_outside(data + size - 1));
    EXPECT_TRUE(is_outside(data + size));
    EXPECT_TRUE(is_outside(data + size + PageBuffer::kSpareBytes - 1));
    EXPECT_TRUE(is_outside(data - 1));
    EXPECT_TRUE(is_outside(data - PageBuffer::kRoom));
    buffer.UseRoom(64);
    EXPECT_FALSE(is_outside(data - 1));
    EXPECT_FALSE(is_outside(data - 64));
    EXPECT_TRUE(is_outside(data - 65));
    buffer.Truncate(size - 1);
    EXPECT_TRUE(is_outside(data + size - 1));
  }
}
#endif

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
  const PageBuffer read = ReadFileIntoPages("/proc/self/exe", UINT64_MAX);
  ASSERT_EQ(read.size(), expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), read.data()));
  const uint8_t* const end = read.data() + read.size();
  EXPECT_TRUE(IsZero(end, end + PageBuffer::kSpareBytes));
}

TEST(PageBufferTest, IsNotReadFromAFileThatIsLargerThanAllowed) {
  const size_t size = ReadFile("/proc/self/exe").size();
  EXPECT_EQ(ReadFileIntoPages("/proc/self/exe", size).size(), size);
  try {
    ReadFileIntoPages("/proc/self/exe", size - 1);
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModuleLoad);
    EXPECT_EQ(error.what(), "Cannot read /proc/self/exe: it is larger than " +
                                std::to_string(size - 1) + " bytes.");
  }
}

}  // namespace
}  // namespace wasmedge_embed
