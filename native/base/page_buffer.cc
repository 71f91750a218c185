#include "base/page_buffer.h"

#include <sys/mman.h>

#include <cstring>
#include <limits>
#include <new>

#include "base/address_sanitizer.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

PageBuffer::PageBuffer(size_t size, size_t dense) : size_(size) {
  const size_t dense_bytes = size - dense;
  const size_t large_bytes = dense_bytes / kLargePage * kLargePage;
  // So that the first large page can begin at a boundary.
  const size_t slack = large_bytes == 0 ? 0 : kLargePage;
  constexpr size_t kAround = kRoom + kSpareBytes;
  if (size > std::numeric_limits<size_t>::max() / 2 - kAround - slack) throw std::bad_alloc();
  // Whole words, of which the sanitizer knows the end as well.
  const size_t mapped = (kAround + size + slack + kAlignment - 1) / kAlignment * kAlignment;
  void* const mapping =
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = {static_cast<uint8_t*>(mapping), Unmap{mapped}};
  if (large_bytes != 0) {
    const size_t beyond = reinterpret_cast<uintptr_t>(data() + dense) % kLargePage;
    if (beyond != 0) begin_ += kLargePage - beyond;
    // Where there are none, small ones do.
    madvise(data() + dense, large_bytes, MADV_HUGEPAGE);
  }
  // The sanitizer does not know of mappings. It does not see the reads of LiteRT's kernels.
  ASAN_POISON_MEMORY_REGION(mapping_.get(), begin_);
  ASAN_POISON_MEMORY_REGION(data() + size, mapped - begin_ - size);
}

PageBuffer PageBuffer::Copy(const uint8_t* bytes, size_t size) {
  PageBuffer copy(size);
  if (size != 0) std::memcpy(copy.data(), bytes, size);
  return copy;
}

void PageBuffer::Truncate(size_t size) noexcept {
  if (size < size_) ASAN_POISON_MEMORY_REGION(data() + size, size_ - size);
  size_ = size;
}

uint8_t* PageBuffer::UseRoom(size_t bytes) noexcept {
  ASAN_UNPOISON_MEMORY_REGION(data() - bytes, bytes);
  return data() - bytes;
}

void PageBuffer::Unmap::operator()(uint8_t* mapping) const noexcept {
  ASAN_UNPOISON_MEMORY_REGION(mapping, size);
  munmap(mapping, size);
}

}  // namespace wasmedge_embed
