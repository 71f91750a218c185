//! Answers as JSON.

use crate::failure::Failure;
use serde::Serialize;

/// `value` as one line of JSON, with a line feed.
///
/// Characters that some readers treat as line breaks are escaped.
///
/// # Errors
/// [`Failure::Host`] for a value that JSON cannot represent.
pub fn line(value: &impl Serialize) -> Result<String, Failure> {
    let json = serde_json::to_string(value)
        .map_err(|error| Failure::Host(format!("the answer is no JSON: {error}")))?;
    let mut line = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        // They occur only in strings.
        match character {
            '\u{7f}' => line.push_str("\\u007f"),
            '\u{85}' => line.push_str("\\u0085"),
            '\u{2028}' => line.push_str("\\u2028"),
            '\u{2029}' => line.push_str("\\u2029"),
            _ => line.push(character),
        }
    }
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_back_and_stay_on_their_line() {
        let texts =
            ["", "plain", "jack-o'-lantern \"x\" \\ /", "\u{0}\n\r\t\u{1f}\u{7f}\u{85}\u{2028}é😀"];
        for text in texts {
            let line = line(&text).unwrap();
            let (json, end) = line.split_at(line.len() - 1);
            assert_eq!(end, "\n");
            assert!(!json.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{7f}']));
            assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
        }
    }
}
