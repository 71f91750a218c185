//! Counts the words of a text: `word-count [--top N]`.
//!
//! Standard input is the text, UTF-8. Words in `/stop-words.txt`, one per line, are skipped; the
//! file may be absent. Standard output has one line for each of the N (10) most frequent words, its
//! count and the word, separated by a tab. Exit codes are those of sysexits.h: 64 for wrong
//! arguments, 65 if the text is not UTF-8, 74 if reading or writing fails.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

const USAGE: u8 = 64;
const DATA_ERROR: u8 = 65;
const IO_ERROR: u8 = 74;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            eprintln!("word-count: {message}");
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<(), (u8, String)> {
    let count = parse_arguments(env::args().skip(1)).ok_or_else(|| {
        let usage = "usage: word-count [--top N]";
        (USAGE, usage.to_owned())
    })?;
    let stop_words = match fs::read_to_string("/stop-words.txt") {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err((IO_ERROR, format!("/stop-words.txt: {error}"))),
    };
    let text = io::read_to_string(io::stdin()).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => (DATA_ERROR, "the text is not UTF-8".to_owned()),
        _ => (IO_ERROR, error.to_string()),
    })?;

    let mut output = String::new();
    for (word, times) in top_words(&text, &stop_words.lines().collect(), count) {
        output.push_str(&format!("{times}\t{word}\n"));
    }
    io::stdout().write_all(output.as_bytes()).map_err(|error| (IO_ERROR, error.to_string()))
}

fn parse_arguments(mut words: impl Iterator<Item = String>) -> Option<usize> {
    let mut count = 10;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--top" => count = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(count)
}

/// The most frequent words in lower case, equally frequent ones in alphabetical order.
fn top_words(text: &str, stop_words: &HashSet<&str>, count: usize) -> Vec<(String, usize)> {
    let mut counts = HashMap::new();
    for word in text
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| !stop_words.contains(word.as_str()))
    {
        *counts.entry(word).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, times_a), (b, times_b)| times_b.cmp(times_a).then(a.cmp(b)));
    counts.truncate(count);
    counts
}
