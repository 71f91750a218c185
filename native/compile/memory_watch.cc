#include "compile/memory_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

/// The kernel's count of this process's memory, kept open so that reading it never allocates.
class ResidentMemory {
 public:
  ResidentMemory() : file_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}
  ~ResidentMemory() {
    if (file_ >= 0) close(file_);
  }
  ResidentMemory(const ResidentMemory&) = delete;
  ResidentMemory& operator=(const ResidentMemory&) = delete;
  ResidentMemory(ResidentMemory&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  ResidentMemory& operator=(ResidentMemory&&) = delete;

  /// Absent, with `errno`, if the kernel does not provide it.
  std::optional<uint64_t> Bytes() const noexcept {
    std::array<char, 128> text{};
    const ssize_t length = pread(file_, text.data(), text.size() - 1, 0);
    if (length <= 0) return std::nullopt;
    // In pages: the total program size, then the resident part (proc(5)).
    const char* resident = std::strchr(text.data(), ' ');
    if (resident == nullptr) return std::nullopt;
    return std::strtoull(resident, nullptr, 10) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }

 private:
  int file_;
};

}  // namespace

void EndAboveMemory(uint64_t bytes, std::string report) {
  ResidentMemory memory;
  if (!memory.Bytes()) {
    throw Error(ErrorCode::kModuleLoad,
                std::string("The compiler's memory cannot be measured, as compile.memoryBytes "
                            "needs: /proc/self/statm cannot be read: ") +
                    std::strerror(errno) + ".");
  }
  std::thread([memory = std::move(memory), bytes, report = std::move(report)] {
    while (true) {
      if (memory.Bytes().value_or(0) > bytes) {
        // Short enough for a pipe to accept in full; the reader sees the end of the process in any
        // case.
        static_cast<void>(!write(STDOUT_FILENO, report.data(), report.size()));
        _exit(EXIT_SUCCESS);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }).detach();
}

}  // namespace wasmedge_embed
