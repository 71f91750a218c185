#include "wasi/functions.h"

// A guest has no sockets, so no open descriptor is one.

namespace wasmedge_embed::wasi {

Errno NoSocket(WasiState& state, uint32_t fd) noexcept {
  return state.descriptors().Find(fd) == nullptr ? Errno::kBadf : Errno::kNotSock;
}

Errno SockAccept(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t /*flags*/,
                 uint32_t /*fd_out*/) {
  return NoSocket(state, fd);
}

Errno SockRecv(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t /*data*/,
               uint32_t /*data_len*/, uint32_t /*flags*/, uint32_t /*size_out*/,
               uint32_t /*flags_out*/) {
  return NoSocket(state, fd);
}

Errno SockSend(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t /*data*/,
               uint32_t /*data_len*/, uint32_t /*flags*/, uint32_t /*size_out*/) {
  return NoSocket(state, fd);
}

Errno SockShutdown(WasiState& state, HostCall& /*call*/, uint32_t fd, uint32_t /*how*/) {
  return NoSocket(state, fd);
}

}  // namespace wasmedge_embed::wasi
