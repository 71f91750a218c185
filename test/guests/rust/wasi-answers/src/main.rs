//! Test guest: each function of WASI preview 1, for success and for each errno that it may return.
//!
//! It sees a writable folder `/w`, a read-only folder `/r`, and a writable folder `/e` of another
//! file system. `wasi-answers list` names the cases; `wasi-answers NAME...` runs them, each in an
//! empty folder, and reports those that fail, with exit code 1.

mod abi;
mod descriptors;
mod files;
mod paths;
mod process;
mod scene;

use std::env;
use std::process::ExitCode;

use scene::{Outcome, Scene};

/// A case's name: `FUNCTION/ERRNO`, followed by a word if an errno has several reasons.
type Case = (&'static str, fn(Scene) -> Outcome);

fn cases() -> impl Iterator<Item = Case> {
    [process::CASES, descriptors::CASES, files::CASES, paths::CASES, paths::COMMON_CASES]
        .into_iter()
        .flatten()
        .copied()
}

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    if names == ["list"] {
        for (name, _) in cases() {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    }
    let mut code = ExitCode::SUCCESS;
    for name in names {
        let outcome = match cases().find(|(each, _)| *each == name) {
            Some((_, case)) => run(&name, case),
            None => Err("no such case".to_string()),
        };
        if let Err(problem) = outcome {
            println!("{name}: {problem}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn run(name: &str, case: fn(Scene) -> Outcome) -> Outcome {
    let preopens = preopens();
    let find = |wanted: &str| preopens.iter().find(|(path, _)| path == wanted).map(|(_, fd)| *fd);
    let (Some(above), Some(elsewhere)) = (find("/w"), find("/e")) else {
        return Err(format!("the folders are missing: {preopens:?}"));
    };
    let mut scene = Scene { writable: above, read_only: 0, elsewhere };
    let own = name.replace('/', "-");
    scene.directory(&own)?;
    scene.writable = scene.open(above, &own, abi::O_DIRECTORY, 0).map_err(abi::errno_name)?;
    // In memory, it is a folder of the same file system.
    scene.read_only = match find("/r") {
        Some(fd) => fd,
        None => scene
            .open(find("/").ok_or("no root")?, "r", abi::O_DIRECTORY, abi::FD_READ)
            .map_err(abi::errno_name)?,
    };
    case(scene)
}

/// The names and descriptors of the preopens.
fn preopens() -> Vec<(String, u32)> {
    (3..)
        .map_while(|fd| {
            let mut prestat = [0_u32; 2];
            // SAFETY: a record of this size.
            let errno = unsafe { abi::fd_prestat_get(fd, scene::at_mut(&mut prestat)) };
            if errno != abi::SUCCESS {
                return None;
            }
            let mut name = vec![0_u8; std::hint::black_box(prestat)[1] as usize];
            let length = name.len() as u32;
            // SAFETY: a buffer of this size.
            unsafe { abi::fd_prestat_dir_name(fd, scene::at_mut(&mut name[..]), length) };
            Some((String::from_utf8_lossy(std::hint::black_box(&name)).into_owned(), fd))
        })
        .collect()
}
