//! The names of a model's classes.

use std::borrow::Cow;

/// A larger label file is rejected: 4 MiB, about 200,000 labels.
pub const MAX_LABEL_BYTES: u64 = 4 << 20;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// One label per line; the first line is class 0.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    text: String,
    /// The start of each line in `text`.
    starts: Vec<usize>,
}

impl Labels {
    /// Takes the text of a label file, or nothing if the model has none. Invalid UTF-8 becomes
    /// U+FFFD.
    #[must_use]
    pub fn new(bytes: Option<Vec<u8>>) -> Self {
        let text = match String::from_utf8(bytes.unwrap_or_default()) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let first = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let others =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(end, _)| end + 1);
        let starts = std::iter::once(first).chain(others).collect();
        Self { text, starts }
    }

    /// The label of class `index`, or `class INDEX` if the file has none.
    #[must_use]
    pub fn get(&self, index: usize) -> Cow<'_, str> {
        self.line(index).map_or_else(|| Cow::Owned(format!("class {index}")), Cow::Borrowed)
    }

    /// The text in line `index`, from 0; nothing if it is blank.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<&str> {
        let start = *self.starts.get(index)?;
        let line = self.text[start..].lines().next()?.trim();
        (!line.is_empty()).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_a_line() {
        let labels = Labels::new(Some("\u{feff}background\r\ntench\n\n jack-o'-lantern \n".into()));
        assert_eq!(labels.get(0), "background");
        assert_eq!(labels.get(1), "tench");
        assert_eq!(labels.get(2), "class 2");
        assert_eq!(labels.get(3), "jack-o'-lantern");
        assert_eq!(labels.get(4), "class 4");
    }

    #[test]
    fn without_a_file_every_class_has_its_number() {
        assert_eq!(Labels::new(None).get(7), "class 7");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(Labels::new(Some(b"caf\xe9".to_vec())).get(0), "caf\u{fffd}");
    }
}
