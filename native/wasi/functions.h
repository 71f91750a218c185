#pragma once

#include <cstdint>

#include "host/host_module.h"
#include "wasi/errno.h"
#include "wasi/wasi_state.h"

// The functions of wasi_snapshot_preview1, with the names and parameters of
// wasi_snapshot_preview1.witx; a parameter `…_out` is the address of a result. Everything comes
// from the guest. An address that is not inside its memory gives kFault, and the addresses of
// results are checked before a function has any effect.

namespace wasmedge_embed::wasi {

// arguments.cc
Errno ArgsGet(WasiState& state, HostCall& call, uint32_t argv, uint32_t argv_buf);
Errno ArgsSizesGet(WasiState& state, HostCall& call, uint32_t argc_out, uint32_t size_out);
Errno EnvironGet(WasiState& state, HostCall& call, uint32_t environ, uint32_t environ_buf);
Errno EnvironSizesGet(WasiState& state, HostCall& call, uint32_t count_out, uint32_t size_out);

// clocks.cc
Errno ClockResGet(WasiState& state, HostCall& call, uint32_t id, uint32_t resolution_out);
Errno ClockTimeGet(WasiState& state, HostCall& call, uint32_t id, uint64_t precision,
                   uint32_t time_out);

// descriptors.cc
Errno FdClose(WasiState& state, HostCall& call, uint32_t fd);
Errno FdFdstatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t fdstat_out);
Errno FdFdstatSetFlags(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags);
Errno FdFdstatSetRights(WasiState& state, HostCall& call, uint32_t fd, uint64_t rights_base,
                        uint64_t rights_inheriting);
Errno FdPrestatDirName(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                       uint32_t path_len);
Errno FdPrestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t prestat_out);
Errno FdRenumber(WasiState& state, HostCall& call, uint32_t from, uint32_t to);

// directories.cc
Errno FdReaddir(WasiState& state, HostCall& call, uint32_t fd, uint32_t buf, uint32_t buf_len,
                uint64_t cookie, uint32_t size_out);

// files.cc
Errno FdAdvise(WasiState& state, HostCall& call, uint32_t fd, uint64_t offset, uint64_t length,
               uint32_t advice);
Errno FdAllocate(WasiState& state, HostCall& call, uint32_t fd, uint64_t offset, uint64_t length);
Errno FdDatasync(WasiState& state, HostCall& call, uint32_t fd);
Errno FdFilestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t filestat_out);
Errno FdFilestatSetSize(WasiState& state, HostCall& call, uint32_t fd, uint64_t size);
Errno FdFilestatSetTimes(WasiState& state, HostCall& call, uint32_t fd, uint64_t access_time,
                         uint64_t modification_time, uint32_t flags);
Errno FdSeek(WasiState& state, HostCall& call, uint32_t fd, int64_t offset, uint32_t whence,
             uint32_t offset_out);
Errno FdSync(WasiState& state, HostCall& call, uint32_t fd);
Errno FdTell(WasiState& state, HostCall& call, uint32_t fd, uint32_t offset_out);

// paths.cc
Errno PathCreateDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len);
Errno PathFilestatGet(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags, uint32_t path,
                      uint32_t path_len, uint32_t filestat_out);
Errno PathFilestatSetTimes(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags,
                           uint32_t path, uint32_t path_len, uint64_t access_time,
                           uint64_t modification_time, uint32_t fst_flags);
Errno PathLink(WasiState& state, HostCall& call, uint32_t old_fd, uint32_t old_flags,
               uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path,
               uint32_t new_path_len);
Errno PathOpen(WasiState& state, HostCall& call, uint32_t fd, uint32_t dirflags, uint32_t path,
               uint32_t path_len, uint32_t open_flags, uint64_t rights_base,
               uint64_t rights_inheriting, uint32_t fd_flags, uint32_t fd_out);
Errno PathReadlink(WasiState& state, HostCall& call, uint32_t fd, uint32_t path, uint32_t path_len,
                   uint32_t buf, uint32_t buf_len, uint32_t size_out);
Errno PathRemoveDirectory(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                          uint32_t path_len);
Errno PathRename(WasiState& state, HostCall& call, uint32_t fd, uint32_t old_path,
                 uint32_t old_path_len, uint32_t new_fd, uint32_t new_path, uint32_t new_path_len);
Errno PathSymlink(WasiState& state, HostCall& call, uint32_t old_path, uint32_t old_path_len,
                  uint32_t fd, uint32_t new_path, uint32_t new_path_len);
Errno PathUnlinkFile(WasiState& state, HostCall& call, uint32_t fd, uint32_t path,
                     uint32_t path_len);

// poll.cc
Errno PollOneoff(WasiState& state, HostCall& call, uint32_t in, uint32_t out, uint32_t count,
                 uint32_t event_count_out);

// process.cc
HostOutcome ProcExit(WasiState& state, HostCall& call);
Errno ProcRaise(WasiState& state, HostCall& call, uint32_t signal);
Errno SchedYield(WasiState& state, HostCall& call);

// random.cc
Errno RandomGet(WasiState& state, HostCall& call, uint32_t buf, uint32_t buf_len);

// sockets.cc
Errno SockAccept(WasiState& state, HostCall& call, uint32_t fd, uint32_t flags, uint32_t fd_out);
Errno SockRecv(WasiState& state, HostCall& call, uint32_t fd, uint32_t data, uint32_t data_len,
               uint32_t flags, uint32_t size_out, uint32_t flags_out);
Errno SockSend(WasiState& state, HostCall& call, uint32_t fd, uint32_t data, uint32_t data_len,
               uint32_t flags, uint32_t size_out);
Errno SockShutdown(WasiState& state, HostCall& call, uint32_t fd, uint32_t how);

/// WasmEdge's additions: they link, and fail like the functions above. `More` are the parameters
/// after the descriptor.
Errno NoSocket(WasiState& state, uint32_t fd) noexcept;
template <typename... More>
Errno SockOfDescriptor(WasiState& state, HostCall& /*call*/, uint32_t fd, More... /*more*/) {
  return NoSocket(state, fd);
}
/// The same for those that would create something: kNotSup.
template <typename... Parameters>
Errno SockUnsupported(WasiState& /*state*/, HostCall& /*call*/, Parameters... /*parameters*/) {
  return Errno::kNotSup;
}

// streams.cc
Errno FdPread(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint64_t offset, uint32_t size_out);
Errno FdPwrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
               uint64_t offset, uint32_t size_out);
Errno FdRead(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
             uint32_t size_out);
Errno FdWrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint32_t size_out);

}  // namespace wasmedge_embed::wasi
