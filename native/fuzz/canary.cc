// For LD_PRELOAD in a process of the differential fuzzer: places canary bytes before and behind
// every address range that WasmEdge, or the addon in its place, reserves for a guest's memory, and
// checks them when the range is released, which is after every invocation. If a guest wrote there,
// it escaped its sandbox: the process is aborted with a message.

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
/// No other reservation of WasmEdge's is this large: a memory takes 12 GiB.
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

/// A file with the pattern: mapping it privately costs no memory as long as nobody writes to it.
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

/// Checks and removes the canaries of the reservation that begins at the address, if there is one.
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

// The same function for callers with 64-bit offsets.
__attribute__((visibility("default"), alias("mmap"))) void* mmap64(void* address, size_t size,
                                                                   int protection, int flags,
                                                                   int file, off_t offset) noexcept;

__attribute__((visibility("default"))) int munmap(void* address, size_t size) noexcept {
  if (size >= kReservation) Release(address);
  return NextMunmap()(address, size);
}
}
