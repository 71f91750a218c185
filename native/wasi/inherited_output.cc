#include "wasi/inherited_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include "host/host_exchange.h"
#include "wasi/host_errno.h"

namespace wasmedge_embed::wasi {

namespace {

using Clock = Invocation::Clock;

int MillisecondsUntil(Clock::time_point time) noexcept {
  if (time == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, INT_MAX));
}

/// Waits until the descriptor accepts more; false if it does not, or if the invocation is to end.
bool AwaitRoom(int descriptor, bool blocks, Invocation& invocation) {
  pollfd polled{descriptor, POLLOUT, 0};
  // A descriptor that can no longer be written is ready as well: the write reports the reason.
  if (poll(&polled, 1, 0) > 0) return true;
  if (!blocks) return false;
  const auto wait_until = [&](Clock::time_point time) {
    return poll(&polled, 1, MillisecondsUntil(time)) > 0;
  };
  // Lets the pool see that the thread waits, so that the wait ends if the module is closed.
  if (HostExchange* const exchange = invocation.exchange()) {
    return exchange->AwaitElsewhere(wait_until, Clock::time_point::max(), invocation);
  }
  // The signal of a stop request interrupts this repeatedly, as does that of the deadline
  // (InterruptTimer).
  while (invocation.CheckStop() == StopReason::kNone) {
    if (wait_until(Clock::time_point::max())) return true;
  }
  return false;
}

bool IsFile(int descriptor) noexcept {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

/// Writes to anything but a file without blocking, if the system can: a thread blocked in the write
/// itself is not woken when the invocation is stopped. If the system cannot, this little does not
/// block a descriptor that was ready a moment ago, unless another writer was faster.
ssize_t WriteWithoutWaiting(int descriptor, const uint8_t* data, size_t size) noexcept {
  iovec part{const_cast<uint8_t*>(data), size};
  const ssize_t written = pwritev2(descriptor, &part, 1, -1, RWF_NOWAIT);
  if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return written;
  return write(descriptor, data, std::min<size_t>(size, PIPE_BUF));
}

}  // namespace

Errno WriteInherited(int descriptor, bool blocks, const Buffers& buffers, Invocation& invocation,
                     uint32_t* size) {
  const bool is_file = IsFile(descriptor);
  for (const Buffers::Buffer& buffer : buffers) {
    for (uint32_t at = 0; at < buffer.size;) {
      if (!AwaitRoom(descriptor, blocks, invocation)) {
        return *size == 0 ? Errno::kAgain : Errno::kSuccess;
      }
      const uint8_t* const data = buffer.data + at;
      const size_t left = buffer.size - at;
      const ssize_t written =
          is_file ? write(descriptor, data, left) : WriteWithoutWaiting(descriptor, data, left);
      if (written < 0) {
        if (errno == EINTR || errno == EAGAIN) continue;
        if (*size > 0) return Errno::kSuccess;
        return errno == EPIPE ? Errno::kPipe : ErrnoOf(errno);
      }
      at += static_cast<uint32_t>(written);
      *size += static_cast<uint32_t>(written);
    }
  }
  return Errno::kSuccess;
}

void WriteShortText(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace wasmedge_embed::wasi
