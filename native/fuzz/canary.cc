// For LD_PRELOAD in a process of the differential fuzzer: puts bytes before and behind every range
// of addresses that WasmEdge, or the addon in its place, reserves for a guest's memory, and looks
// at them when it is given back, which is after every invocation. A guest that wrote there left its
// sandbox: the process is aborted, and says so.

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace {

using Mmap = void* (*)(void*, size_t, int, int, int, off_t);
using Munmap = int (*)(void*, size_t);

constexpr size_t kCanarySize = 64 * 1024;
/// Nothing else of WasmEdge's is so large: a memory takes 12 GiB.
constexpr size_t kReservation = size_t{8} << 30;
constexpr uint8_t kPattern = 0xc5;

struct Reservation {
  uint8_t* begin = nullptr;
  size_t size = 0;
};

std::mutex mutex;
std::array<Reservation, 16384> reservations;

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

Mmap NextMmap() {
  static const auto next = Next<Mmap>("mmap");
  return next;
}

Munmap NextMunmap() {
  static const auto next = Next<Munmap>("munmap");
  return next;
}

/// A file of the pattern: a copy of it that nobody writes to costs no memory.
int PatternFile() {
  static const int file = [] {
    std::array<uint8_t, kCanarySize> bytes;
    bytes.fill(kPattern);
    const int created = memfd_create("canary", MFD_CLOEXEC);
    if (created < 0 || write(created, bytes.data(), bytes.size()) != ssize_t{kCanarySize}) abort();
    return created;
  }();
  return file;
}

bool IsWasmEdge(const void* caller) {
  Dl_info info{};
  return dladdr(caller, &info) != 0 && info.dli_fname != nullptr &&
         std::strstr(info.dli_fname, "wasmedge") != nullptr;
}

bool PlaceCanary(uint8_t* at) {
  return NextMmap()(at, kCanarySize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, PatternFile(),
                    0) == at;
}

void CheckCanary(const uint8_t* at, const char* where, const Reservation& reservation) {
  const uint8_t* const end = at + kCanarySize;
  const uint8_t* const changed =
      std::find_if(at, end, [](uint8_t byte) { return byte != kPattern; });
  if (changed == end) return;
  std::fprintf(stderr,
               "CANARY: a guest wrote %s its memory's reservation, at its begin %+lld (size %zu)\n",
               where, static_cast<long long>(changed - reservation.begin), reservation.size);
  abort();
}

void* Reserve(void* address, size_t size, int protection, int flags, int file, off_t offset) {
  void* const whole = NextMmap()(address, size + 2 * kCanarySize, protection, flags, file, offset);
  if (whole == MAP_FAILED) return whole;
  auto* const begin = static_cast<uint8_t*>(whole) + kCanarySize;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto place = std::find_if(reservations.begin(), reservations.end(),
                                  [](const Reservation& each) { return each.begin == nullptr; });
  if (place == reservations.end() || !PlaceCanary(begin - kCanarySize) ||
      !PlaceCanary(begin + size)) {
    std::fputs("CANARY: cannot be placed\n", stderr);
    abort();
  }
  *place = {begin, size};
  return begin;
}

/// Looks at the canaries of the reservation that begins there, if one does, and takes them away.
void Release(void* address) {
  const std::lock_guard<std::mutex> lock(mutex);
  const auto place =
      std::find_if(reservations.begin(), reservations.end(),
                   [address](const Reservation& each) { return each.begin == address; });
  if (address == nullptr || place == reservations.end()) return;
  CheckCanary(place->begin - kCanarySize, "before", *place);
  CheckCanary(place->begin + place->size, "behind", *place);
  NextMunmap()(place->begin - kCanarySize, kCanarySize);
  NextMunmap()(place->begin + place->size, kCanarySize);
  *place = {};
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void* mmap(void* address, size_t size, int protection,
                                                  int flags, int file, off_t offset) noexcept {
  if (size < kReservation || !IsWasmEdge(__builtin_return_address(0))) {
    return NextMmap()(address, size, protection, flags, file, offset);
  }
  return Reserve(address, size, protection, flags, file, offset);
}

// The same where an offset has 64 bits.
__attribute__((visibility("default"), alias("mmap"))) void* mmap64(void* address, size_t size,
                                                                   int protection, int flags,
                                                                   int file, off_t offset) noexcept;

__attribute__((visibility("default"))) int munmap(void* address, size_t size) noexcept {
  if (size >= kReservation) Release(address);
  return NextMunmap()(address, size);
}
}
