#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/memory_image.h"

namespace wasmedge_embed {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kAny = UINT64_MAX;

void GoOn() {}

/// Zeroed pages from the system.
class Memory {
 public:
  explicit Memory(uint64_t size)
      : size_(size),
        data_(static_cast<uint8_t*>(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {}
  ~Memory() { munmap(data_, size_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }
  bool operator==(const Memory& other) const {
    return std::equal(data_, data_ + size_, other.data_);
  }

 private:
  const uint64_t size_;
  uint8_t* const data_;
};

TEST(MemoryImage, IsCopiedWhereItIsWrittenTo) {
  const Memory original(uint64_t{1} << 20);
  std::memset(original.data(), 5, 3 * kPage);
  const auto image = MemoryImage::Take(original.data(), original.size(), kAny, GoOn);
  EXPECT_EQ(image->file_size(), 3 * kPage);
  const Memory one(original.size());
  const Memory other(original.size());
  ASSERT_TRUE(image->MapOver(one.data()));
  std::memset(one.data(), 7, one.size());
  ASSERT_TRUE(image->MapOver(other.data()));
  EXPECT_EQ(original, other);
  // The image is independent of the memory that it was taken from.
  original.data()[0] = 9;
  EXPECT_EQ(other.data()[0], 5);
}

TEST(MemoryImage, HasZerosInNoFile) {
  const Memory empty(uint64_t{1} << 20);
  const auto image = MemoryImage::Take(empty.data(), empty.size(), 0, GoOn);
  EXPECT_EQ(image->file_size(), 0);
  EXPECT_TRUE(image->MapOver(empty.data()));

  const auto nothing = MemoryImage::Take(nullptr, 0, 0, GoOn);
  EXPECT_EQ(nothing->size(), 0);
  EXPECT_TRUE(nothing->MapOver(nullptr));
}

TEST(MemoryImage, IsSmallWhereTheMemoryIsSparse) {
  const Memory original(uint64_t{1} << 30);
  for (uint64_t part = 0; part < 8; ++part) original.data()[part << 27] = 1;
  const auto image = MemoryImage::Take(original.data(), original.size(), 8 * kPage, GoOn);
  EXPECT_EQ(image->file_size(), 8 * kPage);
  EXPECT_THROW(MemoryImage::Take(original.data(), original.size(), 8 * kPage - 1, GoOn), Error);
}

TEST(MemoryImage, KeepsTheWidestGapsOfMany) {
  const Memory original(uint64_t{64} << 20);
  for (uint64_t page = 0; page < original.size(); page += uint64_t{1} << 20) {
    original.data()[page] = static_cast<uint8_t>(page >> 20 | 0x80);
  }
  std::memset(original.data() + (uint64_t{20} << 20), 0, uint64_t{30} << 20);
  const auto image = MemoryImage::Take(original.data(), original.size(), kAny, GoOn);
  EXPECT_LT(image->file_size(), uint64_t{34} << 20);
  const Memory copy(original.size());
  ASSERT_TRUE(image->MapOver(copy.data()));
  EXPECT_EQ(original, copy);
}

TEST(MemoryImage, DoesNotReadWhatNobodyHasTouched) {
  if (access("/proc/self/pagemap", R_OK) != 0) GTEST_SKIP() << "The system does not tell.";
  const Memory memory(uint64_t{64} << 20);
  memory.data()[memory.size() / 2] = 1;
  const auto image = MemoryImage::Take(memory.data(), memory.size(), kAny, GoOn);
  EXPECT_EQ(image->file_size(), kPage);
  std::vector<unsigned char> resident(memory.size() / kPage);
  ASSERT_EQ(mincore(memory.data(), memory.size(), resident.data()), 0);
  // At most one large page.
  EXPECT_LE(std::count_if(resident.begin(), resident.end(), [](auto each) { return each & 1; }),
            512);
}

TEST(MemoryImage, IsAskedWhetherItIsStillWanted) {
  struct Enough {};
  const Memory memory(uint64_t{16} << 20);
  std::memset(memory.data(), 3, memory.size());
  size_t most = 0;
  MemoryImage::Take(memory.data(), memory.size(), kAny, [&most] { ++most; });
  // Both while it reads and while it writes.
  EXPECT_GE(most, 16);
  for (size_t wanted = 0; wanted < most; ++wanted) {
    size_t asked = 0;
    EXPECT_THROW(MemoryImage::Take(memory.data(), memory.size(), kAny,
                                   [&] {
                                     if (asked++ == wanted) throw Enough();
                                   }),
                 Enough);
  }
}

}  // namespace
}  // namespace wasmedge_embed
