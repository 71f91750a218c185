//! Operations on any kind of descriptor.
// SAFETY of all calls below: addresses are those of values that outlive the call, or are
// intentionally outside the memory, which the host must detect.
#![allow(clippy::undocumented_unsafe_blocks)]

use crate::abi::*;
use crate::scene::*;
use crate::Case;

pub(crate) const CASES: &[Case] = &[
    ("fd_close/success", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_close(file) }, SUCCESS)?;
        answers(unsafe { fd_close(file) }, BADF)
    }),
    ("fd_close/badf", |_| {
        answers(unsafe { fd_close(CLOSED) }, BADF)?;
        answers(unsafe { fd_close(u32::MAX) }, BADF)
    }),
    ("fd_fdstat_get/success", |scene| {
        let file = scene.file("f", "")?;
        equals(fdstat(file)?.0, 4)?;
        equals(fdstat(scene.writable)?.0, 3)?;
        equals(fdstat(file)?.1 & (FD_READ | FD_WRITE), FD_READ | FD_WRITE)
    }),
    ("fd_fdstat_get/badf", |_| {
        let mut record = [0_u64; 3];
        answers(unsafe { fd_fdstat_get(CLOSED, at_mut(&mut record)) }, BADF)
    }),
    ("fd_fdstat_get/fault", |_| answers(unsafe { fd_fdstat_get(STDIN, OUTSIDE) }, FAULT)),
    ("fd_fdstat_set_flags/success", |scene| {
        let file = scene.file("f", "one")?;
        answers(unsafe { fd_fdstat_set_flags(file, APPEND) }, SUCCESS)?;
        write(file, "two")?;
        equals(size_of(file)?, 6)
    }),
    ("fd_fdstat_set_flags/badf", |_| answers(unsafe { fd_fdstat_set_flags(CLOSED, 0) }, BADF)),
    ("fd_fdstat_set_flags/inval", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_fdstat_set_flags(file, 1 << 5) }, INVAL)
    }),
    ("fd_fdstat_set_flags/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_fdstat_set_flags(file, 0) }, NOTCAPABLE)
    }),
    ("fd_fdstat_set_rights/success", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        equals(fdstat(file)?.1, FD_READ)
    }),
    ("fd_fdstat_set_rights/badf", |_| answers(unsafe { fd_fdstat_set_rights(CLOSED, 0, 0) }, BADF)),
    ("fd_fdstat_set_rights/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_fdstat_set_rights(file, FD_READ | FD_WRITE, 0) }, NOTCAPABLE)?;
        answers(unsafe { fd_fdstat_set_rights(file, FD_READ, FD_READ) }, NOTCAPABLE)
    }),
    ("fd_filestat_get/success", |scene| {
        let file = scene.file("f", "12345")?;
        equals(size_of(file)?, 5)?;
        let mut filestat = [0_u64; 8];
        answers(unsafe { fd_filestat_get(scene.writable, at_mut(&mut filestat)) }, SUCCESS)?;
        equals(std::hint::black_box(filestat)[2], 3)
    }),
    ("fd_filestat_get/badf", |_| {
        let mut filestat = [0_u64; 8];
        answers(unsafe { fd_filestat_get(CLOSED, at_mut(&mut filestat)) }, BADF)
    }),
    ("fd_filestat_get/fault", |scene| {
        answers(unsafe { fd_filestat_get(scene.writable, OUTSIDE) }, FAULT)
    }),
    ("fd_filestat_get/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        let mut filestat = [0_u64; 8];
        answers(unsafe { fd_filestat_get(file, at_mut(&mut filestat)) }, NOTCAPABLE)
    }),
    ("fd_filestat_set_times/success", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_filestat_set_times(file, 1_000, 2_000, ATIM | MTIM) }, SUCCESS)?;
        let mut filestat = [0_u64; 8];
        answers(unsafe { fd_filestat_get(file, at_mut(&mut filestat)) }, SUCCESS)?;
        let seen = std::hint::black_box(filestat);
        equals((seen[5], seen[6]), (1_000, 2_000))?;
        answers(unsafe { fd_filestat_set_times(scene.writable, 0, 3_000, MTIM) }, SUCCESS)
    }),
    ("fd_filestat_set_times/badf", |_| {
        answers(unsafe { fd_filestat_set_times(CLOSED, 0, 0, 0) }, BADF)
    }),
    ("fd_filestat_set_times/inval", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_filestat_set_times(file, 0, 0, ATIM | ATIM_NOW) }, INVAL)?;
        answers(unsafe { fd_filestat_set_times(file, 0, 0, 1 << 4) }, INVAL)
    }),
    ("fd_filestat_set_times/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_filestat_set_times(file, 0, 0, ATIM) }, NOTCAPABLE)
    }),
    ("fd_filestat_set_times/rofs", |scene| {
        let file = scene.open(scene.read_only, "a.txt", 0, FD_READ).map_err(errno_name)?;
        answers(unsafe { fd_filestat_set_times(file, 0, 0, ATIM) }, ROFS)?;
        answers(unsafe { fd_filestat_set_times(scene.read_only, 0, 0, ATIM) }, ROFS)?;
        answers(unsafe { fd_filestat_set_times(STDIN, 0, 0, ATIM) }, ROFS)
    }),
    ("fd_datasync/success", |scene| {
        let file = scene.file("f", "x")?;
        answers(unsafe { fd_datasync(file) }, SUCCESS)?;
        answers(unsafe { fd_datasync(scene.writable) }, SUCCESS)
    }),
    ("fd_datasync/badf", |_| answers(unsafe { fd_datasync(CLOSED) }, BADF)),
    ("fd_datasync/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_datasync(file) }, NOTCAPABLE)
    }),
    ("fd_sync/success", |scene| {
        let file = scene.file("f", "x")?;
        answers(unsafe { fd_sync(file) }, SUCCESS)?;
        answers(unsafe { fd_sync(scene.writable) }, SUCCESS)
    }),
    ("fd_sync/badf", |_| answers(unsafe { fd_sync(CLOSED) }, BADF)),
    ("fd_sync/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_sync(file) }, NOTCAPABLE)
    }),
    ("fd_prestat_get/success", |_| {
        let mut prestat = [9_u32; 2];
        answers(unsafe { fd_prestat_get(3, at_mut(&mut prestat)) }, SUCCESS)?;
        equals(std::hint::black_box(prestat), [0, 2])
    }),
    ("fd_prestat_get/badf", |scene| {
        let mut prestat = [0_u32; 2];
        answers(unsafe { fd_prestat_get(CLOSED, at_mut(&mut prestat)) }, BADF)?;
        answers(unsafe { fd_prestat_get(scene.writable, at_mut(&mut prestat)) }, BADF)
    }),
    ("fd_prestat_get/fault", |_| answers(unsafe { fd_prestat_get(3, OUTSIDE) }, FAULT)),
    ("fd_prestat_dir_name/success", |_| {
        let mut name = [0_u8; 2];
        answers(unsafe { fd_prestat_dir_name(3, at_mut(&mut name), 2) }, SUCCESS)?;
        equals(std::hint::black_box(name)[0], b'/')
    }),
    ("fd_prestat_dir_name/badf", |_| answers(unsafe { fd_prestat_dir_name(CLOSED, 0, 0) }, BADF)),
    ("fd_prestat_dir_name/notdir", |_| {
        answers(unsafe { fd_prestat_dir_name(STDIN, 0, 0) }, NOTDIR)
    }),
    ("fd_prestat_dir_name/nametoolong", |_| {
        let mut name = [0_u8; 1];
        answers(unsafe { fd_prestat_dir_name(3, at_mut(&mut name), 1) }, NAMETOOLONG)
    }),
    ("fd_prestat_dir_name/fault", |_| {
        answers(unsafe { fd_prestat_dir_name(3, OUTSIDE, 64) }, FAULT)
    }),
    ("fd_renumber/success", |scene| {
        let (one, two) = (scene.file("1", "one")?, scene.file("2", "two")?);
        answers(unsafe { fd_renumber(one, two) }, SUCCESS)?;
        equals(read(two), Ok("one".into()))?;
        answers(unsafe { fd_close(one) }, BADF)?;
        answers(unsafe { fd_renumber(two, two) }, SUCCESS)
    }),
    ("fd_renumber/badf", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_renumber(file, CLOSED) }, BADF)?;
        answers(unsafe { fd_renumber(CLOSED, file) }, BADF)
    }),
    ("fd_readdir/success", |scene| {
        for name in ["one", "two", "three"] {
            scene.directory(name)?;
        }
        let all = list(scene.writable, 4096)?;
        equals(
            all.clone(),
            vec![".".into(), "..".into(), "one".into(), "three".into(), "two".into()],
        )?;
        // If no two entries fit, it continues by cookies.
        equals(list(scene.writable, 24 + 8)?, all)
    }),
    ("fd_readdir/badf", |_| answers(readdir(CLOSED), BADF)),
    ("fd_readdir/notdir", |scene| answers(readdir(scene.file("f", "")?), NOTDIR)),
    ("fd_readdir/notcapable", |scene| {
        keep_only(scene.writable, 0)?;
        answers(readdir(scene.writable), NOTCAPABLE)
    }),
    ("fd_readdir/noent", |scene| {
        scene.directory("gone")?;
        let open = scene.open(scene.writable, "gone", O_DIRECTORY, 0).map_err(errno_name)?;
        let path = "gone";
        answers(unsafe { path_remove_directory(scene.writable, at(path), 4) }, SUCCESS)?;
        answers(readdir(open), NOENT)
    }),
    ("fd_readdir/fault", |scene| {
        let mut size = 0_u32;
        let place = at_mut(&mut size);
        answers(unsafe { fd_readdir(scene.writable, OUTSIDE, 64, 0, place) }, FAULT)?;
        answers(unsafe { fd_readdir(scene.writable, place, 4, 0, OUTSIDE) }, FAULT)
    }),
];

/// The kind and the rights.
fn fdstat(fd: u32) -> Result<(u8, u64), String> {
    let mut record = [0_u64; 3];
    answers(unsafe { fd_fdstat_get(fd, at_mut(&mut record)) }, SUCCESS)?;
    let seen = std::hint::black_box(record);
    Ok((seen[0] as u8, seen[1]))
}

fn readdir(fd: u32) -> u32 {
    let mut buffer = [0_u64; 8];
    let mut size = 0_u32;
    unsafe { fd_readdir(fd, at_mut(&mut buffer), 64, 0, at_mut(&mut size)) }
}

/// All names, sorted, read with as many calls as a buffer of this size requires.
fn list(fd: u32, length: usize) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut cookie = 0_u64;
    loop {
        let mut buffer = vec![0_u8; length];
        let mut size = 0_u32;
        let place = at_mut(&mut buffer[..]);
        let errno = unsafe { fd_readdir(fd, place, length as u32, cookie, at_mut(&mut size)) };
        answers(errno, SUCCESS)?;
        let used = &std::hint::black_box(&buffer)[..size as usize];
        let mut rest = used;
        while rest.len() >= 24 {
            let name_length =
                u32::from_le_bytes(rest[16..20].try_into().expect("four bytes")) as usize;
            if rest.len() < 24 + name_length {
                break;
            }
            cookie = u64::from_le_bytes(rest[..8].try_into().expect("eight bytes"));
            names.push(String::from_utf8_lossy(&rest[24..24 + name_length]).into_owned());
            rest = &rest[24 + name_length..];
        }
        if used.len() < length {
            break;
        }
    }
    names.sort();
    Ok(names)
}
