//! A kernel as native code, for the benchmark: executes the commands on standard input, and answers
//! each with a line of JSON on descriptor 3. See `native/bench/commands.h` for the protocol.
//!
//!     native KERNEL SIZE CHECKSUM [--cold-start]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::FromRawFd;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use compute::{Kernel, KERNELS};

fn main() -> Result<(), Box<dyn Error>> {
    let started = now();
    let arguments: Vec<String> = std::env::args().collect();
    let [_, name, size, checksum, rest @ ..] = arguments.as_slice() else {
        return Err("Usage: native KERNEL SIZE CHECKSUM [--cold-start]".into());
    };
    let &(_, kernel) =
        KERNELS.iter().find(|(known, _)| known == name).ok_or("There is no such kernel.")?;
    let work = Work { kernel, size: size.parse()?, checksum: checksum.parse()? };
    // SAFETY: whoever starts this program provides the descriptor, and nothing else in it uses it.
    let mut out = unsafe { File::from_raw_fd(3) };
    if rest.iter().any(|option| option == "--cold-start") {
        work.run()?;
        let ended = now();
        writeln!(
            out,
            r#"{{"marks":[["program",{started}],["first run",{ended}]],"answer":{{}}}}"#
        )?;
        return Ok(());
    }
    writeln!(out, r#"{{"ready":true}}"#)?;
    for line in io::stdin().lock().lines() {
        match work.obey(&line?) {
            Ok(answer) => writeln!(out, "{answer}")?,
            Err(error) => writeln!(out, r#"{{"error":"{error}"}}"#)?,
        }
    }
    Ok(())
}

/// Milliseconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

struct Work {
    kernel: Kernel,
    size: u32,
    checksum: u32,
}

impl Work {
    fn run(&self) -> Result<(), Box<dyn Error>> {
        let found = (self.kernel)(std::hint::black_box(self.size));
        if found == self.checksum {
            Ok(())
        } else {
            Err(format!("The checksum is {found} instead of {}.", self.checksum).into())
        }
    }

    fn obey(&self, line: &str) -> Result<String, Box<dyn Error>> {
        match *line.split(' ').collect::<Vec<_>>().as_slice() {
            ["answer", _] => self.run().map(|()| "{}".to_owned()),
            ["measure", _, warm_up, count] => {
                for _ in 0..warm_up.parse()? {
                    self.run()?;
                }
                let mut latencies = Vec::new();
                for _ in 0..count.parse()? {
                    let begin = Instant::now();
                    self.run()?;
                    latencies.push((begin.elapsed().as_secs_f64() * 1000.0).to_string());
                }
                let latencies = latencies.join(",");
                Ok(format!(r#"{{"latenciesMs":[{latencies}],"partsMs":{{}}}}"#))
            }
            _ => Err("Expected answer or measure.".into()),
        }
    }
}
