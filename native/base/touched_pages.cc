#include "base/touched_pages.h"

#include <fcntl.h>
#include <unistd.h>

namespace wasmedge_embed {
namespace {

/// Opened once for the lifetime of the process: it describes the process that opened it, whoever
/// reads it.
struct PageMap {
  const pid_t process = getpid();
  const int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
};

/// -1 if there is none, and in a process forked after it was opened.
int PageMapOfThisProcess() noexcept {
  static const PageMap map;
  return map.process == getpid() ? map.file : -1;
}

}  // namespace

uint64_t TouchedPages::page_size() noexcept {
  static const auto size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void TouchedPages::Read(const uint8_t* first, size_t pages) {
  entries_.resize(pages);
  const int file = PageMapOfThisProcess();
  const auto read = [file](const void* page, uint64_t* entries, size_t count) {
    const uint64_t place = reinterpret_cast<uintptr_t>(page) / page_size() * sizeof(uint64_t);
    const size_t size = count * sizeof(uint64_t);
    return pread(file, entries, size, static_cast<off_t>(place)) == static_cast<ssize_t>(size);
  };
  // An emulator, or another file that has this descriptor's number by now, may yield zeros. The
  // page of this variable has been written.
  uint64_t own = 1;
  is_known_ = file >= 0 && read(&own, &own, 1) && (own & kHasContent) != 0 &&
              read(first, entries_.data(), pages);
}

}  // namespace wasmedge_embed
