#include "fuzz/cost.h"

#include <sanitizer/allocator_interface.h>

#include <cstddef>

#include "fuzz/require.h"

namespace wasmedge_embed::fuzz {
namespace {

thread_local uint64_t allocated = 0;

timespec Now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now;
}

void CountAllocations() {
  static const bool installed = __sanitizer_install_malloc_and_free_hooks(
                                    [](const volatile void*, size_t size) { allocated += size; },
                                    [](const volatile void*) {}) != 0;
  Require(installed, "allocations can be counted");
}

}  // namespace

Cost::Cost() {
  CountAllocations();
  began_ = Now();
  allocated_before_ = allocated;
}

double Cost::Seconds() const {
  const timespec now = Now();
  return static_cast<double>(now.tv_sec - began_.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec - began_.tv_nsec);
}

uint64_t Cost::AllocatedBytes() const { return allocated - allocated_before_; }

}  // namespace wasmedge_embed::fuzz
