//! WASI preview 1 as in its witx files: the functions, unchanged, and the numbers.

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub(crate) fn args_get(argv: u32, buffer: u32) -> u32;
    pub(crate) fn args_sizes_get(count: u32, size: u32) -> u32;
    pub(crate) fn environ_get(environ: u32, buffer: u32) -> u32;
    pub(crate) fn environ_sizes_get(count: u32, size: u32) -> u32;
    pub(crate) fn clock_res_get(id: u32, resolution: u32) -> u32;
    pub(crate) fn clock_time_get(id: u32, precision: u64, time: u32) -> u32;
    pub(crate) fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> u32;
    pub(crate) fn fd_allocate(fd: u32, offset: u64, length: u64) -> u32;
    pub(crate) fn fd_close(fd: u32) -> u32;
    pub(crate) fn fd_datasync(fd: u32) -> u32;
    pub(crate) fn fd_fdstat_get(fd: u32, fdstat: u32) -> u32;
    pub(crate) fn fd_fdstat_set_flags(fd: u32, flags: u32) -> u32;
    pub(crate) fn fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> u32;
    pub(crate) fn fd_filestat_get(fd: u32, filestat: u32) -> u32;
    pub(crate) fn fd_filestat_set_size(fd: u32, size: u64) -> u32;
    pub(crate) fn fd_filestat_set_times(fd: u32, access: u64, modification: u64, flags: u32)
        -> u32;
    pub(crate) fn fd_pread(fd: u32, iovs: u32, count: u32, offset: u64, size: u32) -> u32;
    pub(crate) fn fd_prestat_get(fd: u32, prestat: u32) -> u32;
    pub(crate) fn fd_prestat_dir_name(fd: u32, path: u32, length: u32) -> u32;
    pub(crate) fn fd_pwrite(fd: u32, iovs: u32, count: u32, offset: u64, size: u32) -> u32;
    pub(crate) fn fd_read(fd: u32, iovs: u32, count: u32, size: u32) -> u32;
    pub(crate) fn fd_readdir(fd: u32, buffer: u32, length: u32, cookie: u64, size: u32) -> u32;
    pub(crate) fn fd_renumber(from: u32, to: u32) -> u32;
    pub(crate) fn fd_seek(fd: u32, offset: i64, whence: u32, position: u32) -> u32;
    pub(crate) fn fd_sync(fd: u32) -> u32;
    pub(crate) fn fd_tell(fd: u32, position: u32) -> u32;
    pub(crate) fn fd_write(fd: u32, iovs: u32, count: u32, size: u32) -> u32;
    pub(crate) fn path_create_directory(fd: u32, path: u32, length: u32) -> u32;
    pub(crate) fn path_filestat_get(fd: u32, flags: u32, path: u32, length: u32, out: u32) -> u32;
    pub(crate) fn path_filestat_set_times(
        fd: u32,
        flags: u32,
        path: u32,
        length: u32,
        access: u64,
        modification: u64,
        fst_flags: u32,
    ) -> u32;
    pub(crate) fn path_link(
        old_fd: u32,
        old_flags: u32,
        old_path: u32,
        old_length: u32,
        new_fd: u32,
        new_path: u32,
        new_length: u32,
    ) -> u32;
    pub(crate) fn path_open(
        fd: u32,
        dir_flags: u32,
        path: u32,
        length: u32,
        open_flags: u32,
        rights: u64,
        inheriting: u64,
        fd_flags: u32,
        opened: u32,
    ) -> u32;
    pub(crate) fn path_readlink(
        fd: u32,
        path: u32,
        length: u32,
        buffer: u32,
        buffer_length: u32,
        size: u32,
    ) -> u32;
    pub(crate) fn path_remove_directory(fd: u32, path: u32, length: u32) -> u32;
    pub(crate) fn path_rename(
        fd: u32,
        old_path: u32,
        old_length: u32,
        new_fd: u32,
        new_path: u32,
        new_length: u32,
    ) -> u32;
    pub(crate) fn path_symlink(
        target: u32,
        target_length: u32,
        fd: u32,
        path: u32,
        length: u32,
    ) -> u32;
    pub(crate) fn path_unlink_file(fd: u32, path: u32, length: u32) -> u32;
    pub(crate) fn poll_oneoff(subscriptions: u32, events: u32, count: u32, event_count: u32)
        -> u32;
    pub(crate) fn proc_raise(signal: u32) -> u32;
    pub(crate) fn sched_yield() -> u32;
    pub(crate) fn random_get(buffer: u32, length: u32) -> u32;
    pub(crate) fn sock_accept(fd: u32, flags: u32, opened: u32) -> u32;
    pub(crate) fn sock_recv(
        fd: u32,
        iovs: u32,
        count: u32,
        flags: u32,
        size: u32,
        flags_out: u32,
    ) -> u32;
    pub(crate) fn sock_send(fd: u32, iovs: u32, count: u32, flags: u32, size: u32) -> u32;
    pub(crate) fn sock_shutdown(fd: u32, how: u32) -> u32;
}

pub(crate) const SUCCESS: u32 = 0;
pub(crate) const BADF: u32 = 8;
pub(crate) const BUSY: u32 = 10;
pub(crate) const EXIST: u32 = 20;
pub(crate) const FAULT: u32 = 21;
pub(crate) const FBIG: u32 = 22;
pub(crate) const INVAL: u32 = 28;
pub(crate) const ISDIR: u32 = 31;
pub(crate) const LOOP: u32 = 32;
pub(crate) const MFILE: u32 = 33;
pub(crate) const NAMETOOLONG: u32 = 37;
pub(crate) const NOENT: u32 = 44;
pub(crate) const NOSPC: u32 = 51;
pub(crate) const NOTDIR: u32 = 54;
pub(crate) const NOTEMPTY: u32 = 55;
pub(crate) const NOTSOCK: u32 = 57;
pub(crate) const NOTSUP: u32 = 58;
pub(crate) const PERM: u32 = 63;
pub(crate) const ROFS: u32 = 69;
pub(crate) const SPIPE: u32 = 70;
pub(crate) const XDEV: u32 = 75;
pub(crate) const NOTCAPABLE: u32 = 76;

/// The names of errnos, for messages.
pub(crate) fn errno_name(errno: u32) -> String {
    let known = [
        (SUCCESS, "success"),
        (BADF, "badf"),
        (BUSY, "busy"),
        (EXIST, "exist"),
        (FAULT, "fault"),
        (FBIG, "fbig"),
        (INVAL, "inval"),
        (ISDIR, "isdir"),
        (LOOP, "loop"),
        (MFILE, "mfile"),
        (NAMETOOLONG, "nametoolong"),
        (NOENT, "noent"),
        (NOSPC, "nospc"),
        (NOTDIR, "notdir"),
        (NOTEMPTY, "notempty"),
        (NOTSOCK, "notsock"),
        (NOTSUP, "notsup"),
        (PERM, "perm"),
        (ROFS, "rofs"),
        (SPIPE, "spipe"),
        (XDEV, "xdev"),
        (NOTCAPABLE, "notcapable"),
    ];
    known
        .iter()
        .find(|(number, _)| *number == errno)
        .map_or_else(|| errno.to_string(), |(_, name)| (*name).to_string())
}

pub(crate) const FD_READ: u64 = 1 << 1;
pub(crate) const FD_WRITE: u64 = 1 << 6;
pub(crate) const PATH_CREATE_FILE: u64 = 1 << 10;
pub(crate) const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;

pub(crate) const O_CREAT: u32 = 1;
pub(crate) const O_DIRECTORY: u32 = 2;
pub(crate) const O_EXCL: u32 = 4;
pub(crate) const O_TRUNC: u32 = 8;

pub(crate) const APPEND: u32 = 1;
pub(crate) const FOLLOW: u32 = 1;

pub(crate) const ATIM: u32 = 1;
pub(crate) const ATIM_NOW: u32 = 2;
pub(crate) const MTIM: u32 = 4;
