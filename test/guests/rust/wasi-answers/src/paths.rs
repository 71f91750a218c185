//! Operations on a path relative to a directory.
// SAFETY of all calls below: addresses are those of values that outlive the call, or are
// intentionally outside the memory, which the host must detect.
#![allow(clippy::undocumented_unsafe_blocks)]

use crate::abi::*;
use crate::scene::*;
use crate::Case;

/// A call with one path relative to a directory.
type ByPath = fn(u32, &str) -> u32;

macro_rules! cases {
    ($($name:literal $call:ident $errno:ident;)*) => {
        &[$(($name, |scene| common(scene, $call, $errno))),*]
    };
}

/// The cases of every function that takes a path relative to a directory.
pub(crate) const COMMON_CASES: &[Case] = cases! {
    "path_create_directory/badf" create_directory BADF;
    "path_create_directory/notdir" create_directory NOTDIR;
    "path_create_directory/nametoolong" create_directory NAMETOOLONG;
    "path_create_directory/inval" create_directory INVAL;
    "path_create_directory/loop" create_directory LOOP;
    "path_create_directory/notcapable" create_directory NOTCAPABLE;
    "path_remove_directory/badf" remove_directory BADF;
    "path_remove_directory/nametoolong" remove_directory NAMETOOLONG;
    "path_remove_directory/loop" remove_directory LOOP;
    "path_remove_directory/notcapable" remove_directory NOTCAPABLE;
    "path_unlink_file/badf" unlink_file BADF;
    "path_unlink_file/nametoolong" unlink_file NAMETOOLONG;
    "path_unlink_file/inval" unlink_file INVAL;
    "path_unlink_file/loop" unlink_file LOOP;
    "path_unlink_file/notcapable" unlink_file NOTCAPABLE;
    "path_filestat_get/badf" filestat_get BADF;
    "path_filestat_get/notdir" filestat_get NOTDIR;
    "path_filestat_get/nametoolong" filestat_get NAMETOOLONG;
    "path_filestat_get/inval" filestat_get INVAL;
    "path_filestat_get/loop" filestat_get LOOP;
    "path_filestat_get/notcapable" filestat_get NOTCAPABLE;
    "path_filestat_set_times/badf" set_no_times BADF;
    "path_filestat_set_times/notdir" set_no_times NOTDIR;
    "path_filestat_set_times/nametoolong" set_no_times NAMETOOLONG;
    "path_filestat_set_times/loop" set_no_times LOOP;
    "path_filestat_set_times/notcapable" set_no_times NOTCAPABLE;
    "path_readlink/badf" readlink_errno BADF;
    "path_readlink/notdir" readlink_errno NOTDIR;
    "path_readlink/nametoolong" readlink_errno NAMETOOLONG;
    "path_readlink/loop" readlink_errno LOOP;
    "path_readlink/notcapable" readlink_errno NOTCAPABLE;
    "path_symlink/badf" symlink BADF;
    "path_symlink/notdir" symlink NOTDIR;
    "path_symlink/nametoolong" symlink NAMETOOLONG;
    "path_symlink/inval" symlink INVAL;
    "path_symlink/loop" symlink LOOP;
    "path_link/notdir" link_to_itself NOTDIR;
    "path_link/nametoolong" link_to_itself NAMETOOLONG;
    "path_link/loop" link_to_itself LOOP;
    "path_rename/nametoolong" rename_to_itself NAMETOOLONG;
    "path_rename/loop" rename_to_itself LOOP;
};

pub(crate) const CASES: &[Case] = &[
    ("path_open/success", |scene| {
        let file = scene.file("f", "content")?;
        equals(read(file), Ok("content".into()))?;
        scene.directory("d")?;
        answers(scene.open_errno(scene.writable, "d", O_DIRECTORY, 0), SUCCESS)?;
        scene.symlink("f", "link")?;
        answers(scene.open_errno(scene.writable, "d/../link", 0, FD_READ), SUCCESS)
    }),
    ("path_open/success-trunc", |scene| {
        scene.file("f", "content")?;
        let file =
            scene.open(scene.writable, "f", O_TRUNC, FD_READ | FD_WRITE).map_err(errno_name)?;
        equals(size_of(file)?, 0)
    }),
    ("path_open/badf", |scene| answers(scene.open_errno(CLOSED, "f", 0, FD_READ), BADF)),
    ("path_open/notdir", |scene| {
        let file = scene.file("f", "")?;
        answers(scene.open_errno(file, "f", 0, FD_READ), NOTDIR)?;
        answers(scene.open_errno(STDIN, "f", 0, FD_READ), NOTDIR)?;
        answers(scene.open_errno(scene.writable, "f", O_DIRECTORY, 0), NOTDIR)?;
        answers(scene.open_errno(scene.writable, "f/g", 0, FD_READ), NOTDIR)?;
        answers(scene.open_errno(scene.writable, "f/", 0, FD_READ), NOTDIR)
    }),
    ("path_open/noent", |scene| {
        answers(scene.open_errno(scene.writable, "none", 0, FD_READ), NOENT)?;
        answers(scene.open_errno(scene.writable, "none/f", O_CREAT, FD_WRITE), NOENT)?;
        answers(scene.open_errno(scene.writable, "", 0, FD_READ), NOENT)?;
        scene.symlink("none", "dangling")?;
        answers(scene.open_errno(scene.writable, "dangling", 0, FD_READ), NOENT)
    }),
    ("path_open/exist", |scene| {
        scene.file("f", "")?;
        answers(scene.open_errno(scene.writable, "f", O_CREAT | O_EXCL, FD_WRITE), EXIST)?;
        scene.symlink("none", "link")?;
        answers(scene.open_errno(scene.writable, "link", O_CREAT | O_EXCL, FD_WRITE), EXIST)
    }),
    ("path_open/isdir", |scene| {
        scene.directory("d")?;
        answers(scene.open_errno(scene.writable, "d", 0, FD_WRITE), ISDIR)?;
        answers(scene.open_errno(scene.writable, "d", O_CREAT, FD_READ), ISDIR)?;
        answers(scene.open_errno(scene.writable, "new/", O_CREAT, FD_WRITE), ISDIR)?;
        // A link through itself, followed by a slash: Linux reports the slash.
        scene.symlink("turn/", "turn")?;
        answers(scene.open_errno(scene.writable, "turn", O_CREAT, FD_WRITE), ISDIR)
    }),
    ("path_open/loop", |scene| {
        scene.symlink("loop", "loop")?;
        answers(scene.open_errno(scene.writable, "loop", 0, FD_READ), LOOP)?;
        answers(scene.open_errno(scene.writable, "loop/f", 0, FD_READ), LOOP)?;
        scene.file("f", "")?;
        scene.symlink("f", "link")?;
        let mut fd = 0_u32;
        let (path, rights) = ("link", FD_READ);
        let errno =
            unsafe { path_open(scene.writable, 0, at(path), 4, 0, rights, 0, 0, at_mut(&mut fd)) };
        answers(errno, LOOP)
    }),
    ("path_open/nametoolong", |scene| {
        let long = "n".repeat(256);
        answers(scene.open_errno(scene.writable, &long, 0, FD_READ), NAMETOOLONG)?;
        let deep = "n/".repeat(2049);
        answers(scene.open_errno(scene.writable, &deep, 0, FD_READ), NAMETOOLONG)
    }),
    ("path_open/inval", |scene| {
        answers(scene.open_errno(scene.writable, "a\0b", 0, FD_READ), INVAL)?;
        answers(scene.open_errno(scene.writable, "f", 1 << 4, FD_READ), INVAL)?;
        answers(scene.open_errno(scene.writable, "f", O_CREAT | O_DIRECTORY, FD_READ), INVAL)
    }),
    ("path_open/rofs", |scene| {
        answers(scene.open_errno(scene.read_only, "a.txt", 0, FD_WRITE), ROFS)?;
        answers(scene.open_errno(scene.read_only, "a.txt", O_TRUNC, FD_READ), ROFS)?;
        answers(scene.open_errno(scene.read_only, "new", O_CREAT, FD_WRITE), ROFS)
    }),
    ("path_open/notcapable-outside", |scene| {
        answers(scene.open_errno(scene.writable, "..", O_DIRECTORY, 0), NOTCAPABLE)?;
        answers(scene.open_errno(scene.writable, "../f", O_CREAT, FD_WRITE), NOTCAPABLE)?;
        answers(scene.open_errno(scene.writable, "/etc/passwd", 0, FD_READ), NOTCAPABLE)?;
        scene.symlink("../../f", "out")?;
        answers(scene.open_errno(scene.writable, "out", 0, FD_READ), NOTCAPABLE)
    }),
    ("path_open/notcapable-rights", |scene| {
        scene.file("f", "")?;
        scene.directory("d")?;
        let below = scene.open(scene.writable, "d", O_DIRECTORY, 0).map_err(errno_name)?;
        let mut record = [0_u64; 3];
        answers(unsafe { fd_fdstat_get(below, at_mut(&mut record)) }, SUCCESS)?;
        let rights = std::hint::black_box(record)[1];
        let without = rights & !(PATH_CREATE_FILE | PATH_FILESTAT_SET_SIZE);
        answers(unsafe { fd_fdstat_set_rights(below, without, FD_READ) }, SUCCESS)?;
        answers(scene.open_errno(below, "new", O_CREAT, FD_READ), NOTCAPABLE)?;
        answers(scene.open_errno(below, "new", O_TRUNC, FD_READ), NOTCAPABLE)?;
        answers(scene.open_errno(below, "new", 0, FD_WRITE), NOTCAPABLE)?;
        answers(unsafe { fd_fdstat_set_rights(below, 0, 0) }, SUCCESS)?;
        answers(scene.open_errno(below, "f", 0, FD_READ), NOTCAPABLE)
    }),
    ("path_open/mfile", |scene| {
        scene.file("f", "")?;
        let mut open = Vec::new();
        let errno = loop {
            match scene.open(scene.writable, "f", 0, FD_READ) {
                Ok(fd) => open.push(fd),
                Err(errno) => break errno,
            }
        };
        answers(errno, MFILE)?;
        // An open that gets no descriptor has not created a file either.
        answers(scene.open_errno(scene.writable, "new", O_CREAT, FD_WRITE), MFILE)?;
        equals(stat(scene.writable, 0, "new"), Err(NOENT))?;
        for fd in open {
            answers(unsafe { fd_close(fd) }, SUCCESS)?;
        }
        Ok(())
    }),
    ("path_open/fault", |scene| {
        let path = "f";
        let (fd, rights) = (scene.writable, FD_READ);
        answers(unsafe { path_open(fd, 0, at(path), 1, O_CREAT, rights, 0, 0, OUTSIDE) }, FAULT)?;
        equals(stat(fd, 0, "f"), Err(NOENT))?;
        let mut opened = 0_u32;
        let place = at_mut(&mut opened);
        answers(unsafe { path_open(fd, 0, OUTSIDE, 64, 0, rights, 0, 0, place) }, FAULT)
    }),
    ("path_create_directory/success", |scene| {
        scene.directory("d")?;
        scene.directory("d/e/")?;
        equals(stat(scene.writable, 0, "d/e").map(|each| each.0), Ok(3))
    }),
    ("path_create_directory/exist", |scene| {
        scene.directory("d")?;
        answers(create_directory(scene.writable, "d"), EXIST)?;
        answers(create_directory(scene.writable, "."), EXIST)
    }),
    ("path_create_directory/noent", |scene| {
        answers(create_directory(scene.writable, "n/d"), NOENT)
    }),
    ("path_create_directory/rofs", |scene| answers(create_directory(scene.read_only, "new"), ROFS)),
    ("path_create_directory/fault", |scene| {
        answers(unsafe { path_create_directory(scene.writable, OUTSIDE, 64) }, FAULT)
    }),
    ("path_remove_directory/success", |scene| {
        scene.directory("d")?;
        answers(remove_directory(scene.writable, "d"), SUCCESS)?;
        equals(stat(scene.writable, 0, "d"), Err(NOENT))
    }),
    ("path_remove_directory/notempty", |scene| {
        scene.directory("d")?;
        scene.file("d/f", "")?;
        answers(remove_directory(scene.writable, "d"), NOTEMPTY)
    }),
    ("path_remove_directory/noent", |scene| answers(remove_directory(scene.writable, "n"), NOENT)),
    ("path_remove_directory/notdir", |scene| {
        scene.file("f", "")?;
        answers(remove_directory(scene.writable, "f"), NOTDIR)?;
        common(scene, remove_directory, NOTDIR)
    }),
    ("path_remove_directory/inval", |scene| {
        answers(remove_directory(scene.writable, "."), INVAL)?;
        common(scene, remove_directory, INVAL)
    }),
    ("path_remove_directory/rofs", |scene| answers(remove_directory(scene.read_only, "dir"), ROFS)),
    ("path_remove_directory/fault", |scene| {
        answers(unsafe { path_remove_directory(scene.writable, OUTSIDE, 64) }, FAULT)
    }),
    ("path_unlink_file/success", |scene| {
        let file = scene.file("f", "still there")?;
        answers(unlink_file(scene.writable, "f"), SUCCESS)?;
        equals(stat(scene.writable, 0, "f"), Err(NOENT))?;
        equals(read(file), Ok("still there".into()))
    }),
    ("path_unlink_file/noent", |scene| answers(unlink_file(scene.writable, "n"), NOENT)),
    ("path_unlink_file/isdir", |scene| {
        scene.directory("d")?;
        answers(unlink_file(scene.writable, "d"), ISDIR)?;
        answers(unlink_file(scene.writable, "."), ISDIR)
    }),
    ("path_unlink_file/notdir", |scene| {
        scene.file("f", "")?;
        answers(unlink_file(scene.writable, "f/"), NOTDIR)?;
        common(scene, unlink_file, NOTDIR)
    }),
    ("path_unlink_file/rofs", |scene| answers(unlink_file(scene.read_only, "a.txt"), ROFS)),
    ("path_unlink_file/fault", |scene| {
        answers(unsafe { path_unlink_file(scene.writable, OUTSIDE, 64) }, FAULT)
    }),
    ("path_filestat_get/success", |scene| {
        scene.file("f", "12345")?;
        scene.symlink("f", "link")?;
        equals(stat(scene.writable, 0, "f"), Ok((4, 1, 5)))?;
        equals(stat(scene.writable, FOLLOW, "link"), Ok((4, 1, 5)))?;
        equals(stat(scene.writable, 0, "link"), Ok((7, 1, 1)))
    }),
    ("path_filestat_get/noent", |scene| equals(stat(scene.writable, 0, "n"), Err(NOENT))),
    ("path_filestat_get/fault", |scene| {
        let (fd, path) = (scene.writable, ".");
        answers(unsafe { path_filestat_get(fd, 0, at(path), 1, OUTSIDE) }, FAULT)?;
        answers(unsafe { path_filestat_get(fd, 0, OUTSIDE, 64, OUTSIDE) }, FAULT)
    }),
    ("path_filestat_set_times/success", |scene| {
        scene.file("f", "")?;
        answers(set_times(scene.writable, "f", MTIM), SUCCESS)?;
        scene.symlink("none", "dangling")?;
        answers(set_times(scene.writable, "dangling", MTIM), SUCCESS)?;
        scene.directory("d")?;
        answers(set_times(scene.writable, "d", MTIM), SUCCESS)
    }),
    ("path_filestat_set_times/noent", |scene| answers(set_times(scene.writable, "n", 0), NOENT)),
    ("path_filestat_set_times/inval", |scene| {
        scene.file("f", "")?;
        answers(set_times(scene.writable, "f", ATIM | ATIM_NOW), INVAL)?;
        answers(set_times(scene.writable, "f", 1 << 4), INVAL)?;
        common(scene, set_no_times, INVAL)
    }),
    ("path_filestat_set_times/rofs", |scene| answers(set_times(scene.read_only, "a.txt", 0), ROFS)),
    ("path_filestat_set_times/fault", |scene| {
        answers(unsafe { path_filestat_set_times(scene.writable, 0, OUTSIDE, 64, 0, 0, 0) }, FAULT)
    }),
    ("path_readlink/success", |scene| {
        scene.symlink("the/target", "link")?;
        equals(readlink(scene.writable, "link", 64), Ok("the/target".into()))?;
        equals(readlink(scene.writable, "link", 3), Ok("the".into()))
    }),
    ("path_readlink/inval", |scene| {
        scene.file("f", "")?;
        equals(readlink(scene.writable, "f", 64), Err(INVAL))?;
        equals(readlink(scene.writable, ".", 64), Err(INVAL))?;
        common(scene, readlink_errno, INVAL)
    }),
    ("path_readlink/noent", |scene| equals(readlink(scene.writable, "n", 64), Err(NOENT))),
    ("path_readlink/fault", |scene| {
        let (fd, path) = (scene.writable, "link");
        let mut size = 0_u32;
        let place = at_mut(&mut size);
        answers(unsafe { path_readlink(fd, at(path), 4, OUTSIDE, 64, place) }, FAULT)?;
        answers(unsafe { path_readlink(fd, at(path), 4, place, 4, OUTSIDE) }, FAULT)?;
        answers(unsafe { path_readlink(fd, OUTSIDE, 64, place, 4, place) }, FAULT)
    }),
    ("path_symlink/success", |scene| {
        scene.symlink("f", "link")?;
        equals(stat(scene.writable, 0, "link").map(|each| each.0), Ok(7))
    }),
    ("path_symlink/exist", |scene| {
        scene.symlink("f", "link")?;
        answers(symlink(scene.writable, "link"), EXIST)?;
        answers(symlink(scene.writable, "."), EXIST)
    }),
    ("path_symlink/noent", |scene| {
        answers(symlink(scene.writable, "n/link"), NOENT)?;
        answers(symlink(scene.writable, "link/"), NOENT)?;
        answers(scene.symlink_errno(scene.writable, "", "link"), NOENT)
    }),
    ("path_symlink/notcapable", |scene| {
        // An absolute target leads out, wherever it is followed.
        answers(scene.symlink_errno(scene.writable, "/etc/passwd", "link"), NOTCAPABLE)?;
        common(scene, symlink, NOTCAPABLE)
    }),
    ("path_symlink/rofs", |scene| answers(symlink(scene.read_only, "new"), ROFS)),
    ("path_symlink/fault", |scene| {
        let path = "link";
        answers(unsafe { path_symlink(OUTSIDE, 64, scene.writable, at(path), 4) }, FAULT)?;
        answers(unsafe { path_symlink(at(path), 4, scene.writable, OUTSIDE, 64) }, FAULT)
    }),
    ("path_link/success", |scene| {
        scene.file("f", "content")?;
        answers(link(scene.writable, "f", scene.writable, "g"), SUCCESS)?;
        equals(stat(scene.writable, 0, "g"), Ok((4, 2, 7)))
    }),
    ("path_link/exist", |scene| {
        scene.file("f", "")?;
        answers(link(scene.writable, "f", scene.writable, "f"), EXIST)?;
        answers(link(scene.writable, "f", scene.writable, "."), EXIST)
    }),
    ("path_link/noent", |scene| {
        answers(link(scene.writable, "n", scene.writable, "g"), NOENT)?;
        scene.file("f", "")?;
        answers(link(scene.writable, "f", scene.writable, "n/g"), NOENT)
    }),
    ("path_link/perm", |scene| {
        scene.directory("d")?;
        answers(link(scene.writable, "d", scene.writable, "e"), PERM)
    }),
    ("path_link/xdev", |scene| {
        scene.file("f", "")?;
        answers(link(scene.writable, "f", scene.elsewhere, "link-xdev"), XDEV)
    }),
    ("path_link/inval", |scene| {
        scene.file("f", "")?;
        let (fd, from, to) = (scene.writable, "f", "g");
        answers(unsafe { path_link(fd, FOLLOW, at(from), 1, fd, at(to), 1) }, INVAL)?;
        common(scene, link_to_itself, INVAL)
    }),
    ("path_link/badf", |scene| {
        scene.file("f", "")?;
        answers(link(CLOSED, "f", scene.writable, "g"), BADF)?;
        answers(link(scene.writable, "f", CLOSED, "g"), BADF)
    }),
    ("path_link/notcapable", |scene| {
        scene.file("f", "")?;
        answers(link(scene.writable, "f", scene.writable, "../g"), NOTCAPABLE)?;
        common(scene, link_to_itself, NOTCAPABLE)
    }),
    ("path_link/fault", |scene| {
        let (fd, path) = (scene.writable, "f");
        answers(unsafe { path_link(fd, 0, OUTSIDE, 64, fd, at(path), 1) }, FAULT)?;
        answers(unsafe { path_link(fd, 0, at(path), 1, fd, OUTSIDE, 64) }, FAULT)
    }),
    ("path_rename/success", |scene| {
        scene.file("f", "content")?;
        scene.file("g", "other")?;
        answers(rename(scene.writable, "f", scene.writable, "g"), SUCCESS)?;
        equals(stat(scene.writable, 0, "g"), Ok((4, 1, 7)))?;
        equals(stat(scene.writable, 0, "f"), Err(NOENT))?;
        scene.directory("d")?;
        scene.directory("e")?;
        answers(rename(scene.writable, "d", scene.writable, "e"), SUCCESS)
    }),
    ("path_rename/noent", |scene| {
        answers(rename(scene.writable, "n", scene.writable, "g"), NOENT)?;
        scene.file("f", "")?;
        answers(rename(scene.writable, "f", scene.writable, "n/g"), NOENT)
    }),
    ("path_rename/notempty", |scene| {
        scene.directory("d")?;
        scene.directory("e")?;
        scene.file("e/f", "")?;
        answers(rename(scene.writable, "d", scene.writable, "e"), NOTEMPTY)
    }),
    ("path_rename/isdir", |scene| {
        scene.file("f", "")?;
        scene.directory("d")?;
        answers(rename(scene.writable, "f", scene.writable, "d"), ISDIR)
    }),
    ("path_rename/notdir", |scene| {
        scene.file("f", "")?;
        scene.directory("d")?;
        answers(rename(scene.writable, "d", scene.writable, "f"), NOTDIR)?;
        common(scene, rename_to_itself, NOTDIR)
    }),
    ("path_rename/inval", |scene| {
        scene.directory("d")?;
        answers(rename(scene.writable, "d", scene.writable, "d/e"), INVAL)?;
        common(scene, rename_to_itself, INVAL)
    }),
    ("path_rename/busy", |scene| {
        scene.directory("d")?;
        answers(rename(scene.writable, ".", scene.writable, "e"), BUSY)?;
        answers(rename(scene.writable, "d", scene.writable, "."), BUSY)
    }),
    ("path_rename/xdev", |scene| {
        scene.file("f", "")?;
        answers(rename(scene.writable, "f", scene.elsewhere, "rename-xdev"), XDEV)
    }),
    ("path_rename/badf", |scene| {
        scene.file("f", "")?;
        answers(rename(CLOSED, "f", scene.writable, "g"), BADF)?;
        answers(rename(scene.writable, "f", CLOSED, "g"), BADF)
    }),
    ("path_rename/rofs", |scene| {
        answers(rename(scene.read_only, "a.txt", scene.read_only, "b.txt"), ROFS)
    }),
    ("path_rename/notcapable", |scene| {
        scene.file("f", "")?;
        answers(rename(scene.writable, "f", scene.writable, "../g"), NOTCAPABLE)?;
        common(scene, rename_to_itself, NOTCAPABLE)
    }),
    ("path_rename/fault", |scene| {
        let (fd, path) = (scene.writable, "f");
        answers(unsafe { path_rename(fd, OUTSIDE, 64, fd, at(path), 1) }, FAULT)?;
        answers(unsafe { path_rename(fd, at(path), 1, fd, OUTSIDE, 64) }, FAULT)
    }),
];

/// The answers of every function that takes a path relative to a directory.
fn common(scene: Scene, call: ByPath, errno: u32) -> Outcome {
    match errno {
        BADF => answers(call(CLOSED, "f"), BADF),
        NOTDIR => {
            let file = scene.file("a-file", "")?;
            answers(call(file, "f"), NOTDIR)?;
            answers(call(STDIN, "f"), NOTDIR)?;
            answers(call(scene.writable, "a-file/f"), NOTDIR)
        }
        NAMETOOLONG => {
            answers(call(scene.writable, &"n".repeat(256)), NAMETOOLONG)?;
            answers(call(scene.writable, &"n/".repeat(2049)), NAMETOOLONG)
        }
        INVAL => answers(call(scene.writable, "a\0b"), INVAL),
        LOOP => {
            scene.symlink("turn", "turn")?;
            answers(call(scene.writable, "turn/f"), LOOP)
        }
        _ => {
            answers(call(scene.writable, "../f"), NOTCAPABLE)?;
            answers(call(scene.writable, "/f"), NOTCAPABLE)?;
            scene.symlink("..", "up")?;
            answers(call(scene.writable, "up/f"), NOTCAPABLE)?;
            // Also rights that the guest itself has given up.
            scene.directory("d")?;
            let below = scene.open(scene.writable, "d", O_DIRECTORY, 0).map_err(errno_name)?;
            keep_only(below, 0)?;
            answers(call(below, "f"), NOTCAPABLE)
        }
    }
}

fn create_directory(fd: u32, path: &str) -> u32 {
    unsafe { path_create_directory(fd, at(path), path.len() as u32) }
}

fn remove_directory(fd: u32, path: &str) -> u32 {
    unsafe { path_remove_directory(fd, at(path), path.len() as u32) }
}

fn unlink_file(fd: u32, path: &str) -> u32 {
    unsafe { path_unlink_file(fd, at(path), path.len() as u32) }
}

fn filestat_get(fd: u32, path: &str) -> u32 {
    stat(fd, 0, path).err().unwrap_or(SUCCESS)
}

fn set_times(fd: u32, path: &str, flags: u32) -> u32 {
    unsafe { path_filestat_set_times(fd, 0, at(path), path.len() as u32, 1_000, 2_000, flags) }
}

fn set_no_times(fd: u32, path: &str) -> u32 {
    set_times(fd, path, 0)
}

fn readlink(fd: u32, path: &str, length: u32) -> Result<String, u32> {
    let mut buffer = [0_u8; 64];
    let mut size = 0_u32;
    let (name, place) = (at(path), at_mut(&mut buffer));
    let errno =
        unsafe { path_readlink(fd, name, path.len() as u32, place, length, at_mut(&mut size)) };
    if errno != SUCCESS {
        return Err(errno);
    }
    let read = std::hint::black_box(buffer);
    Ok(String::from_utf8_lossy(&read[..size as usize]).into_owned())
}

fn readlink_errno(fd: u32, path: &str) -> u32 {
    readlink(fd, path, 64).err().unwrap_or(SUCCESS)
}

fn symlink(fd: u32, path: &str) -> u32 {
    let target = "target";
    unsafe { path_symlink(at(target), 6, fd, at(path), path.len() as u32) }
}

fn link(from_fd: u32, from: &str, to_fd: u32, to: &str) -> u32 {
    let (from_length, to_length) = (from.len() as u32, to.len() as u32);
    unsafe { path_link(from_fd, 0, at(from), from_length, to_fd, at(to), to_length) }
}

fn link_to_itself(fd: u32, path: &str) -> u32 {
    link(fd, path, fd, path)
}

fn rename(from_fd: u32, from: &str, to_fd: u32, to: &str) -> u32 {
    let (from_length, to_length) = (from.len() as u32, to.len() as u32);
    unsafe { path_rename(from_fd, at(from), from_length, to_fd, at(to), to_length) }
}

fn rename_to_itself(fd: u32, path: &str) -> u32 {
    rename(fd, path, fd, path)
}
