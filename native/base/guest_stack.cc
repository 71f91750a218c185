#include "base/guest_stack.h"

#include <sys/mman.h>

#include <new>

namespace wasmedge_embed {

namespace {

void* MapClosed(size_t size) noexcept {
  return mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1,
              0);
}

}  // namespace

GuestStack::GuestStack() : base_(MapClosed(mapped_size())) {
  if (base_ == MAP_FAILED) {
    red_bytes_ = kSmallRedBytes;
    base_ = MapClosed(mapped_size());
  }
  if (base_ == MAP_FAILED) throw std::bad_alloc();
  if (mprotect(yellow() + kYellowBytes, kStackBytes + kAlternateBytes + kNowhereBytes,
               PROT_READ | PROT_WRITE) != 0) {
    munmap(base_, mapped_size());
    throw std::bad_alloc();
  }
}

GuestStack::~GuestStack() { munmap(base_, mapped_size()); }

bool GuestStack::OpenYellow(uintptr_t address) noexcept {
  const auto begin = reinterpret_cast<uintptr_t>(yellow());
  if (yellow_open_ || address < begin || address >= begin + kYellowBytes) return false;
  yellow_open_ = mprotect(yellow(), kYellowBytes, PROT_READ | PROT_WRITE) == 0;
  return yellow_open_;
}

void GuestStack::CloseYellow() noexcept {
  if (!yellow_open_) return;
  mprotect(yellow(), kYellowBytes, PROT_NONE);
  yellow_open_ = false;
}

void GuestStack::Release() const noexcept {
  // For what this function itself calls; a multiple of every page size.
  constexpr uintptr_t kRoom = uintptr_t{64} << 10;
  const auto begin = reinterpret_cast<uintptr_t>(yellow());
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (here < begin + 2 * kRoom || here >= end()) return;
  const uintptr_t unused = (here - kRoom) / kRoom * kRoom;
  madvise(yellow(), unused - begin, MADV_DONTNEED);
}

stack_t GuestStack::alternate_stack() const noexcept {
  stack_t alternate{};
  alternate.ss_sp = yellow() + thread_size();
  alternate.ss_size = kAlternateBytes;
  return alternate;
}

}  // namespace wasmedge_embed
