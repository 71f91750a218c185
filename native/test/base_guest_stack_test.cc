#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <vector>

#include "base/guest_stack.h"
#include "base/thread.h"

namespace wasmedge_embed {
namespace {

/// The bytes of the stack that are in memory.
size_t Resident(const GuestStack& stack) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages(stack.thread_size() / page);
  EXPECT_EQ(mincore(stack.thread_base(), stack.thread_size(), pages.data()), 0);
  size_t resident = 0;
  for (const unsigned char each : pages) resident += (each & 1) * page;
  return resident;
}

/// Uses this many times 64 KiB of the stack.
[[gnu::noinline]] int Descend(int depth) {
  volatile char room[65536];
  std::memset(const_cast<char*>(room), depth, sizeof room);
  return depth == 0 ? room[100] : Descend(depth - 1) + room[100];
}

TEST(GuestStackTest, ReturnsWhatIsNoLongerInUse) {
  GuestStack stack;
  size_t used = 0;
  size_t released = 0;
  int kept = 0;
  {
    const Thread thread(stack, SIGURG, [&] {
      volatile int local = 7;
      Descend(100);
      used = Resident(stack);
      stack.Release();
      released = Resident(stack);
      Descend(10);
      kept = local;
    });
  }
  EXPECT_GE(used, 100U * 65536);
  EXPECT_LE(released, 4U * 65536);
  EXPECT_EQ(kept, 7);
}

TEST(GuestStackTest, KeepsItsAlternateStackWhenItsThreadEnds) {
  GuestStack stack;
  const stack_t alternate = stack.alternate_stack();
  stack_t of_thread{};
  {
    const Thread thread(stack, SIGURG, [&] { sigaltstack(nullptr, &of_thread); });
  }
  EXPECT_EQ(of_thread.ss_sp, alternate.ss_sp);
  EXPECT_EQ(of_thread.ss_size, alternate.ss_size);
  // It fails for memory that is no longer mapped, and is then perhaps another thread's.
  EXPECT_EQ(msync(alternate.ss_sp, alternate.ss_size, MS_ASYNC), 0);
}

TEST(GuestStackTest, LeavesTheStacksOfOtherThreadsAlone) {
  const GuestStack stack;
  std::memset(reinterpret_cast<void*>(stack.end() - 65536), 1, 65536);
  const size_t before = Resident(stack);
  stack.Release();
  EXPECT_EQ(Resident(stack), before);
}

}  // namespace
}  // namespace wasmedge_embed
