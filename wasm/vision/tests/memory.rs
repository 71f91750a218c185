//! A picture that takes too much memory ends the process with exit code 65: the test starts its own
//! program again as a separate process.

use picture::Fit;
use std::env;
use std::fs;
use std::process::{self, Command, Output};
use vision::input::{decode_picture, Accepted};
use vision::memory::Allocator;
use vision::{defence, Failure};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Names the file that the started process decodes.
const FILE: &str = "VISION_TEST_FILE";

/// Bits in VP8L's order, lowest of each byte first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn add(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).map(|bit| (value >> bit) & 1 == 1));
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| bits.iter().rev().fold(0, |sum, &bit| 2 * sum + u8::from(bit));
        self.0.chunks(8).map(byte).collect()
    }
}

/// A code of eleven symbols with 1 to 10 bits: 90 bits for a table of 1,024 entries.
fn code() -> Bits {
    let mut bits = Bits::default();
    bits.add(0, 1);
    // The lengths of the code for the lengths: three bits for 1 to 6, four for 7 to 10, no others.
    bits.add(14 - 4, 4);
    for length in [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4] {
        bits.add(length, 3);
    }
    // Eleven lengths follow: 2 and a 4-bit number.
    bits.add(1, 1);
    bits.add(1, 3);
    bits.add(11 - 2, 4);
    for length in (1..=10).chain([10]) {
        let (code, count) = if length <= 6 { (length - 1, 3) } else { (12 + length - 7, 4) };
        // Codes start with their highest bit.
        (0..count).rev().for_each(|bit| bits.add(code >> bit, 1));
    }
    bits
}

/// A lossless WebP of one pixel that has this many groups of codes and uses the last.
fn webp(groups: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.add(0x2F, 8);
    // Width and height minus one, opaque, version 0.
    bits.add(0, 14 + 14 + 1 + 3);
    // No transform, no colour cache; a picture of groups, which has no cache either.
    bits.add(0b100, 3);
    bits.add(0, 3 + 1);
    // Its only pixel is the last group's number. Codes with one symbol each, of 8 bits.
    let last = groups - 1;
    for symbol in [last & 255, last >> 8, 0, 0, 0] {
        bits.add(0b101, 3);
        bits.add(symbol, 8);
    }
    let code = code();
    (0..5 * groups).for_each(|_| bits.0.extend(&code.0));
    // The pixel: the first symbol of each code, a bit of 0.
    bits.add(0, 32);
    let data = bits.bytes();
    let length = data.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((12 + length).to_le_bytes());
    file.extend(b"WEBPVP8L");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}

/// Decodes the file in a separate process.
fn decoded(name: &str, file: &[u8]) -> Output {
    let path = env::temp_dir().join(format!("vision-{}-{name}.webp", process::id()));
    fs::write(&path, file).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "decodes_what_the_environment_names", "--test-threads=1"])
        .env(FILE, &path)
        .output()
        .unwrap();
    fs::remove_file(path).unwrap();
    output
}

#[test]
fn decodes_what_the_environment_names() {
    let Some(path) = env::var_os(FILE) else { return };
    let file = fs::read(path).unwrap();
    defence::install("guest");
    match decode_picture(&file, (1, 1), Fit::Stretch, Accepted { max_pixels: 1, damaged: false }) {
        Ok(picture) => assert_eq!(picture.samples.len(), 3),
        Err(Failure::Data(message)) => panic!("{message}"),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn many_codes_are_decoded() {
    let output = decoded("many", &webp(1000));
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn too_many_codes_are_refused() {
    let file = webp(1 << 16);
    assert!(file.len() < 5_000_000, "{} bytes", file.len());
    let output = decoded("too-many", &file);
    assert_eq!(output.status.code(), Some(65), "{output:?}");
    let limit = 320_000_000 + (32 << 20) + file.len() + 6;
    let message = format!("guest: the picture needs more than {limit} bytes of memory\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), message);
}
