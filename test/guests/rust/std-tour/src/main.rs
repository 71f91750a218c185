//! Test guest: one subcommand for each part of Rust's std that a WASI host must support.
//!
//! Errors of the operating system are printed on standard error as `KIND (os error N)`, with exit
//! code 1; a wrong command line gives exit code 64.

mod script;

use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const USAGE: &str = "usage: std-tour COMMAND [ARGUMENT...]
  args ...              the arguments, the program's name first, one a line
  env                   the environment as NAME=VALUE, sorted, one a line
  read PATH             the file's bytes
  list PATH             the directory, sorted: `file SIZE NAME` or `dir NAME`
  stat PATH             `file SIZE` or `dir`
  seek PATH OFFSET LEN  LEN bytes from OFFSET (negative: from the end), checked by a second read after a rewind
  clock                 checks both clocks around a sleep of 20 ms; the nanoseconds slept, the seconds since 1970
  random                16 random bytes in hexadecimal
  cat                   standard input
  upper                 standard input in capital letters
  exit N                ends with exit code N
  panic                 panics
  write PATH            tries to create a file; what the host said
  mutate PATH           tries everything else that would change files; what the host said
  script                changes files as the lines of standard input say; what the host said to each
  stderr TEXT           TEXT and a line feed on standard error
  state                 increments a counter in memory and prints it
  sleep MS              sleeps
  spin N                N rounds of arithmetic; the checksum
  grow PAGES            grows the memory; its pages before and after, or `refused`";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let words: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    match run(&words, &arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", describe(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str], arguments: &[String]) -> io::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    match *words {
        ["args", ..] => {
            for argument in arguments {
                writeln!(stdout, "{argument}")?;
            }
        }
        ["env"] => {
            let mut variables: Vec<(String, String)> = env::vars().collect();
            variables.sort();
            for (name, value) in variables {
                writeln!(stdout, "{name}={value}")?;
            }
        }
        ["read", path] => stdout.write_all(&fs::read(path)?)?,
        ["list", path] => list(path, &mut stdout)?,
        ["stat", path] => {
            let metadata = fs::metadata(path)?;
            if metadata.is_dir() {
                writeln!(stdout, "dir")?;
            } else {
                writeln!(stdout, "file {}", metadata.len())?;
            }
        }
        ["seek", path, offset, length] => {
            let (Ok(offset), Ok(length)) = (offset.parse(), length.parse()) else {
                return Ok(usage());
            };
            stdout.write_all(&seek(path, offset, length)?)?;
        }
        ["clock"] => return clock(&mut stdout),
        ["random"] => {
            for byte in random()? {
                write!(stdout, "{byte:02x}")?;
            }
            writeln!(stdout)?;
        }
        ["cat"] => {
            io::copy(&mut io::stdin().lock(), &mut stdout)?;
        }
        ["upper"] => {
            let text = io::read_to_string(io::stdin().lock())?;
            stdout.write_all(text.to_uppercase().as_bytes())?;
        }
        ["exit", code] => {
            let Ok(code) = code.parse() else {
                return Ok(usage());
            };
            process::exit(code);
        }
        ["panic"] => panic!("this panic is wanted"),
        ["write", path] => {
            let written = fs::write(path, "written");
            return attempts(&mut stdout, vec![("write", written)]);
        }
        ["mutate", path] => return mutate(path, &mut stdout),
        ["script"] => script::run(&mut stdout)?,
        ["stderr", text] => eprintln!("{text}"),
        ["state"] => {
            static COUNTER: AtomicU32 = AtomicU32::new(0);
            writeln!(stdout, "{}", COUNTER.fetch_add(1, Ordering::Relaxed) + 1)?;
        }
        ["sleep", milliseconds] => {
            let Ok(milliseconds) = milliseconds.parse() else {
                return Ok(usage());
            };
            thread::sleep(Duration::from_millis(milliseconds));
        }
        ["spin", rounds] => {
            let Ok(rounds) = rounds.parse() else {
                return Ok(usage());
            };
            writeln!(stdout, "{:016x}", spin(rounds))?;
        }
        ["grow", pages] => {
            let Ok(pages) = pages.parse() else {
                return Ok(usage());
            };
            return grow(pages, &mut stdout);
        }
        _ => return Ok(usage()),
    }
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(64)
}

fn describe(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("{:?} (os error {number})", error.kind()),
        None => format!("{:?}", error.kind()),
    }
}

fn list(path: &str, output: &mut dyn Write) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_dir = entry.file_type()?.is_dir();
        let size = if is_dir { 0 } else { entry.metadata()?.len() };
        entries.push((name, is_dir, size));
    }
    entries.sort();
    for (name, is_dir, size) in entries {
        if is_dir {
            writeln!(output, "dir {name}")?;
        } else {
            writeln!(output, "file {size} {name}")?;
        }
    }
    Ok(())
}

fn seek(path: &str, offset: i64, length: usize) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let target = match u64::try_from(offset) {
        Ok(offset) => SeekFrom::Start(offset),
        Err(_) => SeekFrom::End(offset),
    };
    let start = file.seek(target)?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    let end = file.stream_position()?;
    if end != start + length as u64 {
        return Err(io::Error::other("the position after reading is wrong"));
    }
    let mut again = vec![0; length];
    file.seek(SeekFrom::Current(-(length as i64)))?;
    file.read_exact(&mut again)?;
    if again != bytes {
        return Err(io::Error::other("a second read gives other bytes"));
    }
    Ok(bytes)
}

fn clock(output: &mut dyn Write) -> io::Result<ExitCode> {
    const SLEEP: Duration = Duration::from_millis(20);
    let wrong = |what: &str| {
        eprintln!("{what}");
        Ok(ExitCode::FAILURE)
    };
    let start = Instant::now();
    let mut previous = start;
    for _ in 0..1000 {
        let now = Instant::now();
        if now < previous {
            return wrong("the monotonic clock went back");
        }
        previous = now;
    }
    thread::sleep(SLEEP);
    let slept = start.elapsed();
    if slept < SLEEP {
        return wrong("a sleep of 20 ms ended early");
    }
    let Ok(since_1970) = SystemTime::now().duration_since(UNIX_EPOCH) else {
        return wrong("the real-time clock stands before 1970");
    };
    writeln!(output, "{}\n{}", slept.as_nanos(), since_1970.as_secs())?;
    Ok(ExitCode::SUCCESS)
}

fn random() -> io::Result<[u8; 16]> {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    extern "C" {
        fn random_get(buffer: *mut u8, length: usize) -> i32;
    }
    let mut bytes = [0; 16];
    // SAFETY: the host writes only the buffer, which is alive during the call.
    match unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) } {
        0 => Ok(bytes),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

fn mutate(path: &str, output: &mut dyn Write) -> io::Result<ExitCode> {
    let other = format!("{path}.other");
    let results = vec![
        ("create_dir", fs::create_dir(&other)),
        ("remove_file", fs::remove_file(path)),
        ("remove_dir", fs::remove_dir(path)),
        ("rename", fs::rename(path, &other)),
        ("hard_link", fs::hard_link(path, &other)),
        ("append", File::options().append(true).open(path).map(drop)),
        ("truncate", File::options().write(true).truncate(true).open(path).map(drop)),
        ("set_len", File::open(path).and_then(|file| file.set_len(0))),
        (
            "write to a file opened for reading",
            File::open(path).and_then(|mut file| file.write_all(b"x")),
        ),
    ];
    attempts(output, results)
}

/// Prints the host's answer to each attempt; if one of them succeeded, this is a failure.
fn attempts(output: &mut dyn Write, results: Vec<(&str, io::Result<()>)>) -> io::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for (name, result) in results {
        match result {
            Ok(()) => {
                code = ExitCode::FAILURE;
                writeln!(output, "{name}: done")?;
            }
            Err(error) => writeln!(output, "{name}: {}", describe(&error))?,
        }
    }
    Ok(code)
}

/// A linear congruential generator, which no compiler can shorten.
fn spin(rounds: u64) -> u64 {
    let mut state = 1u64;
    for round in 0..rounds {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1).rotate_left(17);
    }
    state
}

fn grow(pages: usize, output: &mut dyn Write) -> io::Result<ExitCode> {
    use core::arch::wasm32::{memory_grow, memory_size};
    let before = memory_grow::<0>(pages);
    if before == usize::MAX {
        writeln!(output, "refused")?;
        return Ok(ExitCode::FAILURE);
    }
    writeln!(output, "{before} {}", memory_size::<0>())?;
    Ok(ExitCode::SUCCESS)
}
