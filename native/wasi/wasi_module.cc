#include "wasi/wasi_module.h"

#include "wasi/bind.h"
#include "wasi/functions.h"

namespace wasmedge_embed {

namespace wasi {
namespace {

// WasmEdge's additions, by number of parameters.
using I = uint32_t;
constexpr auto kOpen = SockUnsupported<I, I, I>;
constexpr auto kGetAddrInfo = SockUnsupported<I, I, I, I, I, I, I, I>;
constexpr auto kOf2 = SockOfDescriptor<I>;
constexpr auto kOf3 = SockOfDescriptor<I, I>;
constexpr auto kOf4 = SockOfDescriptor<I, I, I>;
constexpr auto kOf5 = SockOfDescriptor<I, I, I, I>;
constexpr auto kOf6 = SockOfDescriptor<I, I, I, I, I>;
constexpr auto kOf7 = SockOfDescriptor<I, I, I, I, I, I>;
constexpr auto kOf8 = SockOfDescriptor<I, I, I, I, I, I, I>;

HostModule<WasiState> MakeModule() {
  return {"wasi_snapshot_preview1",
          {
              Bind<ArgsGet>("args_get"),
              Bind<ArgsSizesGet>("args_sizes_get"),
              Bind<EnvironGet>("environ_get"),
              Bind<EnvironSizesGet>("environ_sizes_get"),
              Bind<ClockResGet>("clock_res_get"),
              Bind<ClockTimeGet>("clock_time_get"),
              Bind<FdAdvise>("fd_advise"),
              Bind<FdAllocate>("fd_allocate"),
              Bind<FdClose>("fd_close"),
              Bind<FdDatasync>("fd_datasync"),
              Bind<FdFdstatGet>("fd_fdstat_get"),
              Bind<FdFdstatSetFlags>("fd_fdstat_set_flags"),
              Bind<FdFdstatSetRights>("fd_fdstat_set_rights"),
              Bind<FdFilestatGet>("fd_filestat_get"),
              Bind<FdFilestatSetSize>("fd_filestat_set_size"),
              Bind<FdFilestatSetTimes>("fd_filestat_set_times"),
              Bind<FdPread>("fd_pread"),
              Bind<FdPrestatGet>("fd_prestat_get"),
              Bind<FdPrestatDirName>("fd_prestat_dir_name"),
              Bind<FdPwrite>("fd_pwrite"),
              Bind<FdRead>("fd_read"),
              Bind<FdReaddir>("fd_readdir"),
              Bind<FdRenumber>("fd_renumber"),
              Bind<FdSeek>("fd_seek"),
              Bind<FdSync>("fd_sync"),
              Bind<FdTell>("fd_tell"),
              Bind<FdWrite>("fd_write"),
              Bind<PathCreateDirectory>("path_create_directory"),
              Bind<PathFilestatGet>("path_filestat_get"),
              Bind<PathFilestatSetTimes>("path_filestat_set_times"),
              Bind<PathLink>("path_link"),
              Bind<PathOpen>("path_open"),
              Bind<PathReadlink>("path_readlink"),
              Bind<PathRemoveDirectory>("path_remove_directory"),
              Bind<PathRename>("path_rename"),
              Bind<PathSymlink>("path_symlink"),
              Bind<PathUnlinkFile>("path_unlink_file"),
              Bind<PollOneoff>("poll_oneoff"),
              {"proc_exit", "i:", ProcExit},
              Bind<ProcRaise>("proc_raise"),
              Bind<SchedYield>("sched_yield"),
              Bind<RandomGet>("random_get"),
              Bind<SockAccept>("sock_accept"),
              // WasmEdge's first form.
              Bind<kOf2>("sock_accept"),
              Bind<SockRecv>("sock_recv"),
              Bind<SockSend>("sock_send"),
              Bind<SockShutdown>("sock_shutdown"),
              // WasmEdge's, as in 0.8 to 0.11, and those with "_v2", or with the old name and
              // another type, as since 0.12 (WasmEdge's lib/host/wasi/wasimodule.cpp).
              Bind<kOpen>("sock_open"),
              Bind<kOpen>("sock_open_v2"),
              Bind<kOf3>("sock_bind"),
              Bind<kOf3>("sock_bind_v2"),
              Bind<kOf3>("sock_connect"),
              Bind<kOf3>("sock_connect_v2"),
              Bind<kOf2>("sock_listen"),
              Bind<kOf2>("sock_listen_v2"),
              Bind<kOf3>("sock_accept_v2"),
              Bind<kOf6>("sock_recv_v2"),
              Bind<kOf7>("sock_recv_from"),
              Bind<kOf8>("sock_recv_from"),
              Bind<kOf8>("sock_recv_from_v2"),
              Bind<kOf5>("sock_send_v2"),
              Bind<kOf7>("sock_send_to"),
              Bind<kOf7>("sock_send_to_v2"),
              Bind<kOf5>("sock_getsockopt"),
              Bind<kOf5>("sock_setsockopt"),
              Bind<kOf4>("sock_getlocaladdr"),
              Bind<kOf3>("sock_getlocaladdr"),
              Bind<kOf3>("sock_getlocaladdr_v2"),
              Bind<kOf4>("sock_getpeeraddr"),
              Bind<kOf3>("sock_getpeeraddr"),
              Bind<kOf3>("sock_getpeeraddr_v2"),
              Bind<kGetAddrInfo>("sock_getaddrinfo"),
          }};
}

}  // namespace
}  // namespace wasi

const HostModule<WasiState>& WasiModule() {
  static const HostModule<WasiState> module = wasi::MakeModule();
  return module;
}

}  // namespace wasmedge_embed
