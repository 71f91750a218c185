//! The picture's bytes, raw or as hexadecimal text, and its pixels.

use crate::failure::Failure;
use crate::memory;
use picture::bounds::MAX_MEMORY;
use picture::format::{self, NAMES};
use picture::{Fit, Picture};
use std::io::Read;

/// More standard input is rejected: 256 MiB, far more than any photograph within the pixel limit.
pub const MAX_INPUT_BYTES: usize = 256 << 20;

/// Pictures with more pixels are rejected unless the command line says otherwise: 200 megapixels,
/// as many as phones have.
pub const DEFAULT_MAX_PIXELS: u64 = 200_000_000;

/// Which pictures are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The largest width × height.
    pub max_pixels: u64,
    /// Whether to accept what there is of a damaged JPEG.
    pub damaged: bool,
}

impl Default for Accepted {
    fn default() -> Self {
        Self { max_pixels: DEFAULT_MAX_PIXELS, damaged: false }
    }
}

/// What decoders use in addition to what their limits count and a file's chunks: tables, rows, the
/// 16 MiB that a PNG decoder may use.
const DECODER_BYTES: u64 = 32 << 20;

/// Reads all of `source` and decodes hexadecimal text.
///
/// # Errors
/// [`Failure::Data`] for empty input, for more than [`MAX_INPUT_BYTES`], and for input that is
/// neither a picture in a known format nor the hexadecimal text of one; [`Failure::Host`] if
/// `source` cannot be read.
pub fn read_picture(source: impl Read) -> Result<Vec<u8>, Failure> {
    // Most photographs fit in the initial capacity, so that the buffer is not copied while it
    // grows.
    let mut bytes = Vec::with_capacity(256 << 10);
    source
        .take(MAX_INPUT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Host(format!("cannot read standard input: {error}")))?;
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(Failure::Data(format!("the input is larger than {MAX_INPUT_BYTES} bytes")));
    }
    to_picture(bytes)
}

/// Decodes a picture like [`picture::decode`], or like [`picture::salvage`] if damaged ones are
/// accepted. Ends the process with exit code 65 if that takes more memory than the decoders'
/// limits, the file and the picture itself explain.
///
/// # Errors
/// Like [`picture::decode`], as [`Failure::Data`].
///
/// # Panics
/// If a side is 0.
pub fn decode_picture(
    file: &[u8],
    (width, height): (u16, u16),
    fit: Fit,
    accepted: Accepted,
) -> Result<Picture, Failure> {
    // Turning the picture takes a second one.
    let pictures = 2 * 3 * u64::from(width) * u64::from(height);
    let most = MAX_MEMORY + DECODER_BYTES + file.len() as u64 + pictures;
    let decode = if accepted.damaged { picture::salvage } else { picture::decode };
    Ok(memory::within(most, || decode(file, width, height, fit, accepted.max_pixels))?)
}

/// Returns `bytes` themselves if they begin like a picture, otherwise the content of the
/// hexadecimal text.
fn to_picture(bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if format::known(&bytes).is_some() {
        return Ok(bytes);
    }
    let found = found(&bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err(Failure::Data(format!(
            "the input is empty; a {NAMES} picture is expected on standard input"
        ))),
        Some(byte) if byte.is_ascii_hexdigit() => {
            let decoded = decode_hex(bytes).map_err(|problem| Failure::Data(problem + &found))?;
            if format::known(&decoded).is_some() {
                Ok(decoded)
            } else {
                Err(Failure::Data(format!(
                    "the hexadecimal input is not a {NAMES} picture{}",
                    self::found(&decoded)
                )))
            }
        }
        Some(_) => Err(Failure::Data(format!(
            "the input is neither a {NAMES} picture nor hexadecimal text of one{found}"
        ))),
    }
}

/// What the input looks like, for the end of a message: empty if that is not known.
fn found(bytes: &[u8]) -> String {
    format::resemblance(bytes).map_or(String::new(), |what| format!("; it looks like {what}"))
}

/// Decodes hexadecimal text in place: two digits per byte, white space anywhere.
fn decode_hex(mut text: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut length = 0;
    let mut high: Option<u8> = None;
    for position in 0..text.len() {
        let digit = match text[position] {
            byte @ b'0'..=b'9' => byte - b'0',
            byte @ b'a'..=b'f' => byte - b'a' + 10,
            byte @ b'A'..=b'F' => byte - b'A' + 10,
            byte if byte.is_ascii_whitespace() => continue,
            byte => {
                return Err(format!(
                    "the input is no hexadecimal text: byte 0x{byte:02x} at offset {position}"
                ))
            }
        };
        high = match high {
            None => Some(digit),
            Some(high) => {
                // Writing never overtakes reading: each byte comes from two digits.
                text[length] = (high << 4) | digit;
                length += 1;
                None
            }
        };
    }
    if high.is_some() {
        return Err("the hexadecimal input has an odd number of digits".into());
    }
    text.truncate(length);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(input: &[u8]) -> String {
        match read_picture(input) {
            Err(Failure::Data(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn raw_bytes_stay_as_they_are() {
        let raw = [0xff, 0xd8, 0x00, 0x0a, 0x20];
        assert_eq!(read_picture(&raw[..]).unwrap(), raw);
        // It also begins with a digit.
        let bitmap = b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0";
        assert_eq!(read_picture(&bitmap[..]).unwrap(), bitmap);
    }

    #[test]
    fn hexadecimal_text_of_either_case_with_white_space() {
        let png = b"89504E470D0A1A0A";
        assert_eq!(read_picture(&png[..]).unwrap(), b"\x89PNG\r\n\x1a\n");
        let text = b"\n ffD8\tfFe 0\r\n0a5B";
        assert_eq!(read_picture(&text[..]).unwrap(), [0xff, 0xd8, 0xff, 0xe0, 0x0a, 0x5b]);
    }

    #[test]
    fn what_is_no_picture_is_named() {
        assert!(message(b"").contains("empty"));
        assert!(message(b" \n\t").contains("empty"));
        assert!(message(b"\x89PNG\r\n").contains("neither"));
        assert!(message(b"\xff").contains("neither"));
        assert!(message(b"89504e47").contains("not a JPEG, PNG, WebP, GIF or BMP picture"));
        assert!(message(b"%PDF-1.7").ends_with("looks like a PDF"));
        assert!(message(b"255044462d").ends_with("looks like a PDF"));
        assert!(message(b"{\"body\":\"ffd8\"}").ends_with("looks like JSON"));
        let base64 = b"AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(message(base64).ends_with("looks like base64 text"));
        assert!(message(b"ffd8f").contains("odd number"));
        assert!(message(b"ffd8 0g").contains("0x67 at offset 6"));
    }

    #[test]
    fn every_byte_value_survives() {
        let mut bytes = vec![0xff, 0xd8];
        bytes.extend(0..=255u8);
        let text: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(read_picture(text.concat().as_bytes()).unwrap(), bytes);
    }

    #[test]
    fn endless_input_is_refused() {
        assert!(matches!(
            read_picture(std::io::repeat(0xff)),
            Err(Failure::Data(message)) if message.contains("larger than")
        ));
    }
}
