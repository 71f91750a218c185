//! The command `script`: changes files according to the lines of standard input, and answers each
//! line.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::time::{Duration, UNIX_EPOCH};

use crate::describe;

/// Executes each line and writes `ok`, `ok ANSWER` or the host's error, whatever the result of
/// earlier lines.
pub(crate) fn run(output: &mut dyn Write) -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match step(&words) {
            Ok(answer) if answer.is_empty() => writeln!(output, "ok")?,
            Ok(answer) => writeln!(output, "ok {answer}")?,
            Err(error) => writeln!(output, "{}", describe(&error))?,
        }
    }
    Ok(())
}

fn step(words: &[&str]) -> io::Result<String> {
    match *words {
        ["write", path, text] => fs::write(path, text).map(nothing),
        ["append", path, text] => {
            let mut file = File::options().append(true).create(true).open(path)?;
            file.write_all(text.as_bytes()).map(nothing)
        }
        ["create_new", path] => File::create_new(path).map(|_| String::new()),
        ["read", path] => fs::read_to_string(path),
        ["mkdir", path] => fs::create_dir(path).map(nothing),
        ["rmdir", path] => fs::remove_dir(path).map(nothing),
        ["rm", path] => fs::remove_file(path).map(nothing),
        ["rename", from, to] => fs::rename(from, to).map(nothing),
        ["link", from, to] => fs::hard_link(from, to).map(nothing),
        ["truncate", path, size] => {
            let file = File::options().write(true).open(path)?;
            file.set_len(number(size)?).map(nothing)
        }
        ["mtime", path, seconds] => {
            let time = UNIX_EPOCH + Duration::from_secs(number(seconds)?);
            File::open(path)?.set_modified(time)?;
            let seen = fs::metadata(path)?.modified()?;
            Ok(format!("{}", seen == time))
        }
        ["list", path] => list(path),
        ["size", path] => Ok(fs::metadata(path)?.len().to_string()),
        // Writes until the host refuses; returns how many bytes it accepted.
        ["fill", path, chunk] => {
            let bytes = vec![b'x'; usize::try_from(number(chunk)?).unwrap_or(usize::MAX)];
            let mut file = File::options().append(true).create(true).open(path)?;
            let mut written = 0;
            loop {
                match file.write(&bytes) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(size) => written += size,
                    Err(error) => return Ok(format!("{written} {}", describe(&error))),
                }
            }
        }
        // Creates empty files until the host refuses; returns how many.
        ["fill_names", path] => {
            for count in 0.. {
                if let Err(error) = File::create(format!("{path}/{count}")) {
                    return Ok(format!("{count} {}", describe(&error)));
                }
            }
            Ok(String::new())
        }
        // An open file that is removed continues to exist.
        ["removed", path] => {
            let mut file = File::options().read(true).write(true).create_new(true).open(path)?;
            fs::remove_file(path)?;
            file.write_all(b"still there")?;
            io::Seek::rewind(&mut file)?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(format!("{text} {}", fs::exists(path)?))
        }
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn list(path: &str) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = if entry.file_type()?.is_dir() { "/" } else { "" };
        names.push(format!("{}{kind}", entry.file_name().to_string_lossy()));
    }
    names.sort();
    Ok(names.join(","))
}

fn number(text: &str) -> io::Result<u64> {
    text.parse().map_err(io::Error::other)
}

fn nothing((): ()) -> String {
    String::new()
}
