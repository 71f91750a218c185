#include "wasi/inherited_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

#include "wasi/host_errno.h"

namespace wasmedge_embed::wasi {

namespace {

/// Bytes that the descriptor takes without a wait once it is said to be ready: what is no file, and
/// not open for this (O_NONBLOCK), would make the thread wait where no stop of the invocation wakes
/// it.
size_t MostAtOnce(int descriptor) noexcept {
  struct stat status{};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    return std::numeric_limits<int32_t>::max();
  }
  const int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) != 0 ? std::numeric_limits<int32_t>::max() : PIPE_BUF;
}

/// Waits until the descriptor takes more; false where it does not, or the invocation is to end.
bool AwaitRoom(int descriptor, bool blocks, Invocation& invocation) noexcept {
  pollfd polled{descriptor, POLLOUT, 0};
  while (invocation.CheckStop() == StopReason::kNone) {
    // A request to stop interrupts this by its signal, again and again, and so does the deadline
    // (InterruptTimer).
    const int ready = poll(&polled, 1, blocks ? -1 : 0);
    // Also what cannot be written any more: the write tells why.
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
  return false;
}

}  // namespace

Errno WriteInherited(int descriptor, bool blocks, const Buffers& buffers, Invocation& invocation,
                     uint32_t* size) {
  const size_t most = MostAtOnce(descriptor);
  for (const Buffers::Buffer& buffer : buffers) {
    for (uint32_t at = 0; at < buffer.size;) {
      if (!AwaitRoom(descriptor, blocks, invocation)) {
        return *size == 0 ? Errno::kAgain : Errno::kSuccess;
      }
      const ssize_t written =
          write(descriptor, buffer.data + at, std::min<size_t>(most, buffer.size - at));
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
