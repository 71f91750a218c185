#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "wasi/functions.h"

namespace wasmedge_embed::wasi {

Errno RandomGet(WasiState& /*state*/, HostCall& call, uint32_t buf, uint32_t buf_len) {
  // The size of one request; the kernel provides at most 32 MiB at once.
  constexpr uint64_t kChunk = 1 << 20;
  ByteSpan rest;
  if (!call.memory().Range(buf, buf_len, &rest)) return Errno::kFault;
  while (rest.size > 0) {
    // Filling a large memory takes seconds.
    if (call.invocation().CheckStop() != StopReason::kNone) return Errno::kIntr;
    const ssize_t size = getrandom(rest.data, std::min(rest.size, kChunk), 0);
    if (size < 0) {
      if (errno == EINTR) continue;
      return Errno::kIo;
    }
    rest.data += size;
    rest.size -= static_cast<uint64_t>(size);
  }
  return Errno::kSuccess;
}

}  // namespace wasmedge_embed::wasi
