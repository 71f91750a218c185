#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/memory_file.h"

namespace wasmedge_embed {
namespace {

const std::vector<uint8_t> kBytes = {1, 2, 3, 4};

std::vector<uint8_t> ContentOf(int file) {
  std::vector<uint8_t> content(kBytes.size() + 1);
  const ssize_t size = pread(file, content.data(), content.size(), 0);
  content.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return content;
}

TEST(MemoryFileTest, HasItsBytesUnderItsName) {
  const MemoryFile file("wasmedge-embed-test", kBytes);
  EXPECT_EQ(ContentOf(file.descriptor()), kBytes);
  char name[64] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(file.descriptor());
  ASSERT_GT(readlink(link.c_str(), name, sizeof name - 1), 0);
  EXPECT_EQ(std::string(name), "/memfd:wasmedge-embed-test (deleted)");
}

TEST(MemoryFileTest, WritesWhereItIsTold) {
  MemoryFile file("wasmedge-embed-test");
  ASSERT_TRUE(file.Resize(kBytes.size()));
  EXPECT_EQ(ContentOf(file.descriptor()), std::vector<uint8_t>(kBytes.size()));
  EXPECT_TRUE(file.Write(kBytes.data() + 2, 2, 2));
  EXPECT_EQ(ContentOf(file.descriptor()), (std::vector<uint8_t>{0, 0, 3, 4}));
}

TEST(MemoryFileTest, CannotBeChangedOnceItIsSealed) {
  MemoryFile file("wasmedge-embed-test", kBytes);
  ASSERT_TRUE(file.Seal());
  EXPECT_FALSE(file.Write(kBytes.data(), 1, 0));
  EXPECT_EQ(errno, EPERM);
  EXPECT_FALSE(file.Resize(1));
  EXPECT_FALSE(file.Resize(100));
  EXPECT_FALSE(file.Seal());
  EXPECT_EQ(mmap(nullptr, 4, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0), MAP_FAILED);
  EXPECT_EQ(ContentOf(file.descriptor()), kBytes);
}

TEST(MemoryFileTest, CannotBeExecutedButMappedAsCode) {
  MemoryFile file("wasmedge-embed-test", kBytes);
  ASSERT_TRUE(file.Seal());
  constexpr int kSealOfExecution = 0x20;  // F_SEAL_EXEC
  const int seals = fcntl(file.descriptor(), F_GET_SEALS);
  if ((seals & kSealOfExecution) == 0) GTEST_SKIP() << "this kernel does not know MFD_NOEXEC_SEAL";
  EXPECT_EQ(fchmod(file.descriptor(), 0777), -1);
  void* code = mmap(nullptr, 4, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.descriptor(), 0);
  ASSERT_NE(code, MAP_FAILED);
  munmap(code, 4);
}

TEST(MemoryFileTest, ClosesItsDescriptorUnlessItIsReleased) {
  int closed = -1;
  int released = -1;
  {
    const MemoryFile one("wasmedge-embed-test", kBytes);
    MemoryFile other("wasmedge-embed-test", kBytes);
    closed = one.descriptor();
    released = other.Release();
  }
  EXPECT_EQ(fcntl(closed, F_GETFD), -1);
  EXPECT_EQ(ContentOf(released), kBytes);
  EXPECT_EQ(close(released), 0);
}

}  // namespace
}  // namespace wasmedge_embed
