//! Operations on an open file.
// SAFETY of all calls below: addresses are those of values that outlive the call, or are
// intentionally outside the memory, which the host must detect.
#![allow(clippy::undocumented_unsafe_blocks)]

use crate::abi::*;
use crate::scene::*;
use crate::Case;

/// More than any file can have.
const HUGE: u64 = 1 << 62;

pub(crate) const CASES: &[Case] = &[
    ("fd_read/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        equals(read(file), Ok("0123456789".into()))?;
        equals(read(file), Ok(String::new()))
    }),
    ("fd_read/success-scattered", |scene| {
        let file = scene.file("f", "0123456789")?;
        let (mut one, mut two) = ([0_u8; 3], [0_u8; 9]);
        let iovecs = [at_mut(&mut one), 3, at_mut(&mut two), 9];
        let mut size = 0_u32;
        answers(unsafe { fd_read(file, at(&iovecs), 2, at_mut(&mut size)) }, SUCCESS)?;
        equals(std::hint::black_box((one, two, size)), (*b"012", *b"3456789\0\0", 10))
    }),
    ("fd_read/badf", |scene| {
        equals(read(CLOSED), Err(BADF))?;
        let only_written =
            scene.open(scene.writable, "f", O_CREAT, FD_WRITE).map_err(errno_name)?;
        equals(read(only_written), Err(BADF))?;
        equals(read(STDOUT), Err(BADF))
    }),
    ("fd_read/isdir", |scene| equals(read(scene.writable), Err(ISDIR))),
    ("fd_read/fault", |scene| {
        let file = scene.file("f", "x")?;
        let mut size = 0_u32;
        let outside = [OUTSIDE, 64];
        answers(unsafe { fd_read(file, at(&outside), 1, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_read(file, OUTSIDE, 1, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_read(file, 0, 0, OUTSIDE) }, FAULT)
    }),
    ("fd_read/inval", |scene| {
        let file = scene.file("f", "x")?;
        // The sum of their lengths does not fit into 32 bits.
        let mut buffer = vec![0_u8; 1 << 23];
        let iovecs = [at_mut(&mut buffer[..]), 1 << 23].repeat(512);
        let mut size = 0_u32;
        let errno = unsafe { fd_read(file, at(&iovecs[..]), 512, at_mut(&mut size)) };
        answers(errno, INVAL)
    }),
    ("fd_write/success", |scene| {
        let file = scene.file("f", "")?;
        write(file, "hello")?;
        seek(file, 8, 0)?;
        write(file, "!")?;
        seek(file, 0, 0)?;
        equals(read(file), Ok("hello\0\0\0!".into()))
    }),
    ("fd_write/badf", |scene| {
        answers(write_errno(CLOSED, "x"), BADF)?;
        scene.file("f", "")?;
        let only_read = scene.open(scene.writable, "f", 0, FD_READ).map_err(errno_name)?;
        answers(write_errno(only_read, "x"), BADF)?;
        answers(write_errno(STDIN, "x"), BADF)
    }),
    ("fd_write/isdir", |scene| answers(write_errno(scene.writable, "x"), ISDIR)),
    ("fd_write/fault", |scene| {
        let file = scene.file("f", "")?;
        let mut size = 0_u32;
        let outside = [OUTSIDE, 64];
        answers(unsafe { fd_write(file, at(&outside), 1, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_write(file, OUTSIDE, 1, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_write(file, 0, 0, OUTSIDE) }, FAULT)
    }),
    ("fd_write/fbig", |scene| {
        let file = scene.file("f", "")?;
        answers(pwrite(file, "x", HUGE), FBIG)
    }),
    ("fd_pread/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        equals(pread(file, 7), Ok("789".into()))?;
        equals(pread(file, 10), Ok(String::new()))?;
        equals(seek(file, 0, 1)?, 0)
    }),
    ("fd_pread/badf", |scene| {
        equals(pread(CLOSED, 0), Err(BADF))?;
        let only_written =
            scene.open(scene.writable, "f", O_CREAT, FD_WRITE).map_err(errno_name)?;
        equals(pread(only_written, 0), Err(BADF))
    }),
    ("fd_pread/isdir", |scene| equals(pread(scene.writable, 0), Err(ISDIR))),
    ("fd_pread/spipe", |_| equals(pread(STDIN, 0), Err(SPIPE))),
    ("fd_pread/notcapable", |scene| {
        let file = scene.file("f", "x")?;
        keep_only(file, FD_READ)?;
        equals(pread(file, 0), Err(NOTCAPABLE))
    }),
    ("fd_pread/fault", |scene| {
        let file = scene.file("f", "x")?;
        let mut size = 0_u32;
        answers(unsafe { fd_pread(file, OUTSIDE, 1, 0, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_pread(file, 0, 0, 0, OUTSIDE) }, FAULT)
    }),
    ("fd_pwrite/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        answers(pwrite(file, "xy", 4), SUCCESS)?;
        equals(seek(file, 0, 1)?, 0)?;
        equals(read(file), Ok("0123xy6789".into()))
    }),
    ("fd_pwrite/badf", |scene| {
        answers(pwrite(CLOSED, "x", 0), BADF)?;
        scene.file("f", "")?;
        let only_read = scene.open(scene.writable, "f", 0, FD_READ).map_err(errno_name)?;
        answers(pwrite(only_read, "x", 0), BADF)
    }),
    ("fd_pwrite/isdir", |scene| answers(pwrite(scene.writable, "x", 0), ISDIR)),
    ("fd_pwrite/spipe", |_| answers(pwrite(STDOUT, "x", 0), SPIPE)),
    ("fd_pwrite/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_WRITE)?;
        answers(pwrite(file, "x", 0), NOTCAPABLE)
    }),
    ("fd_pwrite/fbig", |scene| answers(pwrite(scene.file("f", "")?, "x", HUGE), FBIG)),
    ("fd_pwrite/fault", |scene| {
        let file = scene.file("f", "")?;
        let mut size = 0_u32;
        answers(unsafe { fd_pwrite(file, OUTSIDE, 1, 0, at_mut(&mut size)) }, FAULT)?;
        answers(unsafe { fd_pwrite(file, 0, 0, 0, OUTSIDE) }, FAULT)
    }),
    ("fd_seek/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        equals(seek(file, 3, 0)?, 3)?;
        equals(seek(file, 3, 1)?, 6)?;
        equals(seek(file, -1, 2)?, 9)?;
        equals(seek(file, 100, 2)?, 110)
    }),
    ("fd_seek/badf", |_| answers(seek_errno(CLOSED, 0, 0), BADF)),
    ("fd_seek/isdir", |scene| answers(seek_errno(scene.writable, 0, 0), ISDIR)),
    ("fd_seek/spipe", |_| answers(seek_errno(STDIN, 0, 0), SPIPE)),
    ("fd_seek/inval", |scene| {
        let file = scene.file("f", "x")?;
        answers(seek_errno(file, -1, 0), INVAL)?;
        answers(seek_errno(file, -2, 2), INVAL)?;
        answers(seek_errno(file, 0, 3), INVAL)?;
        answers(seek_errno(file, i64::MAX, 2), INVAL)
    }),
    ("fd_seek/notcapable", |scene| {
        let file = scene.file("f", "x")?;
        keep_only(file, FD_READ)?;
        answers(seek_errno(file, 1, 0), NOTCAPABLE)
    }),
    ("fd_seek/fault", |scene| {
        let file = scene.file("f", "x")?;
        answers(unsafe { fd_seek(file, 1, 0, OUTSIDE) }, FAULT)?;
        // The position has not moved.
        equals(seek(file, 0, 1)?, 0)
    }),
    ("fd_tell/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        seek(file, 4, 0)?;
        let mut position = 0_u64;
        answers(unsafe { fd_tell(file, at_mut(&mut position)) }, SUCCESS)?;
        equals(std::hint::black_box(position), 4)
    }),
    ("fd_tell/badf", |_| answers(unsafe { fd_tell(CLOSED, OUTSIDE) }, BADF)),
    ("fd_tell/isdir", |scene| answers(unsafe { fd_tell(scene.writable, OUTSIDE) }, ISDIR)),
    ("fd_tell/spipe", |_| answers(unsafe { fd_tell(STDIN, OUTSIDE) }, SPIPE)),
    ("fd_tell/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_tell(file, OUTSIDE) }, NOTCAPABLE)
    }),
    ("fd_tell/fault", |scene| answers(unsafe { fd_tell(scene.file("f", "")?, OUTSIDE) }, FAULT)),
    ("fd_advise/success", |scene| {
        let file = scene.file("f", "x")?;
        for advice in 0..6 {
            answers(unsafe { fd_advise(file, 0, 100, advice) }, SUCCESS)?;
        }
        Ok(())
    }),
    ("fd_advise/badf", |_| answers(unsafe { fd_advise(CLOSED, 0, 0, 0) }, BADF)),
    ("fd_advise/isdir", |scene| answers(unsafe { fd_advise(scene.writable, 0, 0, 0) }, ISDIR)),
    ("fd_advise/spipe", |_| answers(unsafe { fd_advise(STDIN, 0, 0, 0) }, SPIPE)),
    ("fd_advise/inval", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_advise(file, 0, 0, 6) }, INVAL)?;
        answers(unsafe { fd_advise(file, u64::MAX, 1, 0) }, INVAL)
    }),
    ("fd_advise/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_READ)?;
        answers(unsafe { fd_advise(file, 0, 0, 0) }, NOTCAPABLE)
    }),
    ("fd_allocate/success", |scene| {
        let file = scene.file("f", "abc")?;
        answers(unsafe { fd_allocate(file, 0, 2) }, SUCCESS)?;
        equals(size_of(file)?, 3)?;
        answers(unsafe { fd_allocate(file, 2, 8) }, SUCCESS)?;
        equals(size_of(file)?, 10)?;
        equals(read(file), Ok("abc\0\0\0\0\0\0\0".into()))
    }),
    ("fd_allocate/badf", |scene| {
        answers(unsafe { fd_allocate(CLOSED, 0, 1) }, BADF)?;
        scene.file("f", "")?;
        let only_read = scene.open(scene.writable, "f", 0, FD_READ).map_err(errno_name)?;
        answers(unsafe { fd_allocate(only_read, 0, 1) }, BADF)
    }),
    ("fd_allocate/isdir", |scene| answers(unsafe { fd_allocate(scene.writable, 0, 1) }, ISDIR)),
    ("fd_allocate/spipe", |_| answers(unsafe { fd_allocate(STDOUT, 0, 1) }, SPIPE)),
    ("fd_allocate/inval", |scene| {
        answers(unsafe { fd_allocate(scene.file("f", "")?, 0, 0) }, INVAL)
    }),
    ("fd_allocate/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_WRITE)?;
        answers(unsafe { fd_allocate(file, 0, 1) }, NOTCAPABLE)
    }),
    ("fd_allocate/fbig", |scene| {
        let file = scene.file("f", "")?;
        answers(unsafe { fd_allocate(file, 1, u64::MAX) }, FBIG)?;
        answers(unsafe { fd_allocate(file, HUGE, HUGE) }, FBIG)
    }),
    ("fd_filestat_set_size/success", |scene| {
        let file = scene.file("f", "0123456789")?;
        answers(unsafe { fd_filestat_set_size(file, 4) }, SUCCESS)?;
        answers(unsafe { fd_filestat_set_size(file, 6) }, SUCCESS)?;
        equals(read(file), Ok("0123\0\0".into()))
    }),
    ("fd_filestat_set_size/badf", |scene| {
        answers(unsafe { fd_filestat_set_size(CLOSED, 0) }, BADF)?;
        scene.file("f", "")?;
        let only_read = scene.open(scene.writable, "f", 0, FD_READ).map_err(errno_name)?;
        answers(unsafe { fd_filestat_set_size(only_read, 0) }, BADF)
    }),
    ("fd_filestat_set_size/isdir", |scene| {
        answers(unsafe { fd_filestat_set_size(scene.writable, 0) }, ISDIR)
    }),
    ("fd_filestat_set_size/inval", |_| answers(unsafe { fd_filestat_set_size(STDOUT, 0) }, INVAL)),
    ("fd_filestat_set_size/notcapable", |scene| {
        let file = scene.file("f", "")?;
        keep_only(file, FD_WRITE)?;
        answers(unsafe { fd_filestat_set_size(file, 0) }, NOTCAPABLE)
    }),
    ("fd_filestat_set_size/fbig", |scene| {
        answers(unsafe { fd_filestat_set_size(scene.file("f", "")?, HUGE + HUGE) }, FBIG)
    }),
];

fn pread(fd: u32, offset: u64) -> Result<String, u32> {
    let mut buffer = [0_u8; 64];
    let iovec = [at_mut(&mut buffer), 64];
    let mut size = 0_u32;
    let errno = unsafe { fd_pread(fd, at(&iovec), 1, offset, at_mut(&mut size)) };
    if errno != SUCCESS {
        return Err(errno);
    }
    let read = std::hint::black_box(buffer);
    Ok(String::from_utf8_lossy(&read[..size as usize]).into_owned())
}

fn pwrite(fd: u32, content: &str, offset: u64) -> u32 {
    let iovec = [at(content), content.len() as u32];
    let mut size = 0_u32;
    unsafe { fd_pwrite(fd, at(&iovec), 1, offset, at_mut(&mut size)) }
}

fn seek_errno(fd: u32, offset: i64, whence: u32) -> u32 {
    let mut position = 0_u64;
    unsafe { fd_seek(fd, offset, whence, at_mut(&mut position)) }
}
