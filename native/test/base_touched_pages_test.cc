#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/touched_pages.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kPages = 16;

class TouchedPagesTest : public testing::Test {
 protected:
  TouchedPagesTest()
      : begin_(static_cast<uint8_t*>(
            mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    madvise(begin_, size(), MADV_NOHUGEPAGE);
  }
  ~TouchedPagesTest() override { munmap(begin_, size()); }

  static size_t size() { return kPages * TouchedPages::page_size(); }
  uint8_t* page(size_t index) const { return begin_ + index * TouchedPages::page_size(); }

  uint8_t* const begin_;
};

TEST_F(TouchedPagesTest, AreThoseThatWereWrittenTo) {
  *page(3) = 1;
  // A page that was set back to zero counts as touched too.
  *page(9) = 1;
  *page(9) = 0;
  TouchedPages touched;
  touched.Read(begin_, kPages);
  if (!touched.is_known()) GTEST_SKIP() << "The system does not tell.";
  for (size_t index = 0; index < kPages; ++index) {
    EXPECT_EQ(touched.MayBeTouched(index), index == 3 || index == 9) << index;
  }
}

TEST_F(TouchedPagesTest, AreNotKnownInAForkedProcess) {
  TouchedPages touched;
  touched.Read(begin_, kPages);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // The parent has not touched it.
    *page(5) = 1;
    touched.Read(begin_, kPages);
    _exit(touched.MayBeTouched(5) && !touched.is_known() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace wasmedge_embed
