//! The format of a file, determined from its first bytes, never from a name or a content type.

use jpeg::Error;

/// A supported format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ITU-T T.81: begins with the marker SOI.
    Jpeg,
    /// ISO/IEC 15948: begins with an eight-byte signature.
    Png,
    /// RFC 9649: a RIFF file.
    WebP,
    /// CompuServe's GIF87a and GIF89a.
    Gif,
    /// Windows' bitmap.
    Bmp,
}

/// The formats as listed in messages.
pub const NAMES: &str = "JPEG, PNG, WebP, GIF or BMP";

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// Determines the format of a file.
///
/// # Errors
/// An [`Error`] for any other format, which says what the file looks like if that is known.
pub fn tell(file: &[u8]) -> Result<Format, Error> {
    known(file).ok_or_else(|| {
        let found =
            resemblance(file).map_or(String::new(), |what| format!("; it looks like {what}"));
        Error::new(format!("the input is not a {NAMES} picture{found}"))
    })
}

/// The format, if it is a supported one.
#[must_use]
pub fn known(file: &[u8]) -> Option<Format> {
    if file.starts_with(b"\xFF\xD8") {
        return Some(Format::Jpeg);
    }
    if file.starts_with(PNG) {
        return Some(Format::Png);
    }
    if file.starts_with(b"GIF87a") || file.starts_with(b"GIF89a") {
        return Some(Format::Gif);
    }
    if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    // Two letters can also begin a text: the header's length must be one of the known ones.
    let header = file.get(14..18).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let is_bitmap = matches!(header, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124));
    (file.starts_with(b"BM") && is_bitmap).then_some(Format::Bmp)
}

/// Bytes at the start of a file, and its format. `.` stands for any byte.
const STARTS: &[(&[u8], &str)] = &[
    (b"....ftypavi", "an AVIF picture"),
    (b"....ftyphe", "a HEIC picture"),
    (b"....ftypmif1", "a HEIC picture"),
    (b"....ftypmsf1", "a HEIC picture"),
    (b"....ftypcrx", "a raw photograph (CR3)"),
    (b"....ftypjx", "a JPEG XL picture"),
    (b"....ftypjp2", "a JPEG 2000 picture"),
    (b"....ftyp", "a video"),
    (b"\0\0\0\x0CJXL ", "a JPEG XL picture"),
    (b"\xFF\x0A", "a JPEG XL picture"),
    (b"\0\0\0\x0CjP", "a JPEG 2000 picture"),
    (b"\xFF\x4F\xFF\x51", "a JPEG 2000 picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"II+\0", "a TIFF picture"),
    (b"MM\0+", "a TIFF picture"),
    (b"\0\0\x01\0", "an icon"),
    (b"8BPS", "a Photoshop document"),
    (b"\x1A\x45\xDF\xA3", "a video"),
    (b"RIFF....AVI", "a video"),
    (b"RIFF....WAVE", "a sound"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\0asm", "a WebAssembly module"),
    (b"\x7FELF", "a program"),
];

/// Like [`STARTS`], for text in lower case without leading white space.
const TEXTS: &[(&[u8], &str)] = &[
    (b"<svg", "an SVG drawing"),
    (b"<!doctype svg", "an SVG drawing"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<head", "an HTML page"),
    (b"<body", "an HTML page"),
    (b"data:", "a data URL"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    // How pictures begin in base64.
    (b"/9j/", "base64 text"),
    (b"ivborw0kggo", "base64 text"),
    (b"r0lgod", "base64 text"),
    (b"uklgr", "base64 text"),
];

/// What an unsupported file looks like, with an article.
#[must_use]
pub fn resemblance(file: &[u8]) -> Option<&'static str> {
    let begins = |file: &[u8], start: &[u8]| {
        file.len() >= start.len()
            && file.iter().zip(start).all(|(&byte, &wanted)| wanted == b'.' || byte == wanted)
    };
    if let Some((_, what)) = STARTS.iter().find(|(start, _)| begins(file, start)) {
        return Some(what);
    }
    let head = &file[..file.len().min(1024)];
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let small = text.to_ascii_lowercase();
    if let Some((_, what)) = TEXTS.iter().find(|(start, _)| small.starts_with(start)) {
        let is_base64 = *what == "base64 text";
        if !is_base64 || is_base64_alone(text) {
            return Some(what);
        }
    }
    if small.starts_with(b"<?xml") || small.starts_with(b"<!--") {
        let has = |word: &[u8]| small.windows(word.len()).any(|window| window == word);
        return Some(if has(b"<svg") {
            "an SVG drawing"
        } else if has(b"<html") {
            "an HTML page"
        } else {
            "XML"
        });
    }
    if text.len() >= 64 && is_base64_alone(text) {
        return Some("base64 text");
    }
    let is_text =
        !head.is_empty() && head.iter().all(|&byte| byte >= b' ' || byte.is_ascii_whitespace());
    is_text.then_some("text")
}

fn is_base64_alone(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let bitmap = [b"BM\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &[40, 0, 0, 0]].concat();
        let files: [(&[u8], Format); 6] = [
            (b"\xFF\xD8", Format::Jpeg),
            (PNG, Format::Png),
            (b"GIF87a", Format::Gif),
            (b"GIF89a", Format::Gif),
            (b"RIFF\x01\x02\x03\x04WEBP", Format::WebP),
            (&bitmap, Format::Bmp),
        ];
        for (file, format) in files {
            assert_eq!(tell(file), Ok(format), "{file:?}");
            assert!(tell(&file[..file.len() - 1]).is_err(), "{file:?}");
        }
    }

    #[test]
    fn others_are_named() {
        let files: [(&[u8], &str); 22] = [
            (b"\0\0\0\x18ftypheic", "a HEIC picture"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", "a HEIC picture"),
            (b"\0\0\0\x1Cftypavif", "an AVIF picture"),
            (b"\0\0\0\x1Cftypisom", "a video"),
            (b"II*\0\x08\0\0\0", "a TIFF picture"),
            (b"MM\0*\0\0\0\x08", "a TIFF picture"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
            (b"\xEF\xBB\xBF\n<?xml version='1.0'?><SVG/>", "an SVG drawing"),
            (b"<?xml version='1.0'?><a/>", "XML"),
            (b"  <!DOCTYPE html><p>", "an HTML page"),
            (b"<!-- page --><html>", "an HTML page"),
            (b"{\"body\":\"\"}", "JSON"),
            (b"[1]", "JSON"),
            (b"/9j/4AAQSkZJRgABAQ==", "base64 text"),
            (b"iVBORw0KGgoAAAANSUhEUg", "base64 text"),
            (b"data:image/png;base64,iVBORw0KGgo", "a data URL"),
            (b"R0lGODlh is how GIFs begin", "text"),
            (b"PK\x03\x04", "a ZIP archive"),
            (b"BMW, a car", "text"),
            (b"\0\0\0\x0CJXL \r\n\x87\n", "a JPEG XL picture"),
            (b"\0asm\x01\0\0\0", "a WebAssembly module"),
        ];
        for (file, what) in files {
            assert_eq!(resemblance(file), Some(what), "{:?}", String::from_utf8_lossy(file));
            assert!(tell(file).unwrap_err().to_string().ends_with(&format!("looks like {what}")));
        }
        assert_eq!(resemblance(b""), None);
        assert_eq!(resemblance(b"\x01\x02\x03\x04"), None);
        assert_eq!(resemblance("été".as_bytes()), Some("text"));
    }
}
