//! What a case works with: its own folder in a writable one, and wrappers that take slices.

use crate::abi::*;

/// An address outside the memory of any guest of this size.
pub(crate) const OUTSIDE: u32 = u32::MAX - 7;
/// A descriptor that is never open.
pub(crate) const CLOSED: u32 = 1000;
pub(crate) const STDIN: u32 = 0;
pub(crate) const STDOUT: u32 = 1;

/// Ends the case with a description of what it saw.
pub(crate) type Outcome = Result<(), String>;

/// Expects an errno.
pub(crate) fn answers(seen: u32, expected: u32) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    Err(format!("{} in place of {}", errno_name(seen), errno_name(expected)))
}

/// Expects a value.
pub(crate) fn equals<T: PartialEq + std::fmt::Debug>(seen: T, expected: T) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    Err(format!("{seen:?} in place of {expected:?}"))
}

/// The address of a value that a function reads or writes.
pub(crate) fn at<T: ?Sized>(place: &T) -> u32 {
    std::ptr::from_ref(place).cast::<u8>() as usize as u32
}

/// The same for a value that is written, so that the compiler knows this.
pub(crate) fn at_mut<T: ?Sized>(place: &mut T) -> u32 {
    std::ptr::from_mut(place).cast::<u8>() as usize as u32
}

/// Descriptors of the case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    /// A writable folder, empty when the case begins.
    pub(crate) writable: u32,
    /// A read-only folder: the file `a.txt` ("0123456789") and the folder `dir`.
    pub(crate) read_only: u32,
    /// Another writable folder, of another file system.
    pub(crate) elsewhere: u32,
}

const ALL: u64 = (1 << 28) - 1;

impl Scene {
    pub(crate) fn open(
        self,
        directory: u32,
        path: &str,
        flags: u32,
        rights: u64,
    ) -> Result<u32, u32> {
        let mut fd = u32::MAX;
        // SAFETY: the addresses are those of a string and of a number that outlive the call.
        let errno = unsafe {
            path_open(
                directory,
                FOLLOW,
                at(path),
                path.len() as u32,
                flags,
                rights,
                ALL,
                0,
                at_mut(&mut fd),
            )
        };
        if errno == SUCCESS {
            Ok(fd)
        } else {
            Err(errno)
        }
    }

    /// The errno of an open.
    pub(crate) fn open_errno(self, directory: u32, path: &str, flags: u32, rights: u64) -> u32 {
        self.open(directory, path, flags, rights).err().unwrap_or(SUCCESS)
    }

    /// A new file with this content, open to read and write at its start.
    pub(crate) fn file(self, path: &str, content: &str) -> Result<u32, String> {
        let fd = self
            .open(self.writable, path, O_CREAT, FD_READ | FD_WRITE)
            .map_err(|errno| format!("{path} cannot be made: {}", errno_name(errno)))?;
        if !content.is_empty() {
            write(fd, content)?;
            seek(fd, 0, 0)?;
        }
        Ok(fd)
    }

    pub(crate) fn directory(self, path: &str) -> Outcome {
        // SAFETY: the address is that of a string.
        let errno = unsafe { path_create_directory(self.writable, at(path), path.len() as u32) };
        answers(errno, SUCCESS)
    }

    pub(crate) fn symlink(self, target: &str, path: &str) -> Outcome {
        answers(self.symlink_errno(self.writable, target, path), SUCCESS)
    }

    pub(crate) fn symlink_errno(self, directory: u32, target: &str, path: &str) -> u32 {
        let (from, to) = (at(target), at(path));
        // SAFETY: the addresses are those of strings.
        unsafe { path_symlink(from, target.len() as u32, directory, to, path.len() as u32) }
    }
}

/// Type, links and size.
pub(crate) fn stat(directory: u32, flags: u32, path: &str) -> Result<(u8, u64, u64), u32> {
    let mut filestat = [0_u64; 8];
    let out = at_mut(&mut filestat);
    // SAFETY: the addresses are those of a string and of a record of this size.
    let errno = unsafe { path_filestat_get(directory, flags, at(path), path.len() as u32, out) };
    if errno != SUCCESS {
        return Err(errno);
    }
    Ok((filestat[2] as u8, filestat[3], filestat[4]))
}

pub(crate) fn size_of(fd: u32) -> Result<u64, String> {
    let mut filestat = [0_u64; 8];
    // SAFETY: a record of this size.
    let errno = unsafe { fd_filestat_get(fd, at_mut(&mut filestat)) };
    answers(errno, SUCCESS)?;
    Ok(filestat[4])
}

pub(crate) fn write_errno(fd: u32, content: &str) -> u32 {
    let iovec = [at(content), content.len() as u32];
    let mut size = 0_u32;
    // SAFETY: one buffer, a string.
    unsafe { fd_write(fd, at(&iovec), 1, at_mut(&mut size)) }
}

pub(crate) fn write(fd: u32, content: &str) -> Outcome {
    answers(write_errno(fd, content), SUCCESS)
}

/// The result of one read of at most 64 bytes.
pub(crate) fn read(fd: u32) -> Result<String, u32> {
    let mut buffer = [0_u8; 64];
    let iovec = [at_mut(&mut buffer), 64];
    let mut size = 0_u32;
    // SAFETY: one buffer of this size.
    let errno = unsafe { fd_read(fd, at(&iovec), 1, at_mut(&mut size)) };
    if errno != SUCCESS {
        return Err(errno);
    }
    // The bytes that the host wrote are read through a pointer that the compiler cannot see
    // through.
    let read = std::hint::black_box(buffer);
    Ok(String::from_utf8_lossy(&read[..size as usize]).into_owned())
}

pub(crate) fn seek(fd: u32, offset: i64, whence: u32) -> Result<u64, String> {
    let mut position = 0_u64;
    // SAFETY: a number.
    let errno = unsafe { fd_seek(fd, offset, whence, at_mut(&mut position)) };
    answers(errno, SUCCESS)?;
    Ok(position)
}

/// Removes rights from a descriptor.
pub(crate) fn keep_only(fd: u32, base: u64) -> Outcome {
    // SAFETY: no address is passed.
    answers(unsafe { fd_fdstat_set_rights(fd, base, 0) }, SUCCESS)
}
