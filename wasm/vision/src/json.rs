//! A strict reader of JSON (RFC 8259) for the host's small description files, and the writing of
//! strings.

use std::fmt::Write as _;

/// Arrays and objects nested deeper than this are refused.
const MAX_DEPTH: usize = 16;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number; finite.
    Number(f64),
    /// A string, its escapes undone.
    String(String),
    /// Values in their order.
    Array(Vec<Value>),
    /// Members in their order; no name comes twice.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member `name` of an object; nothing where it is absent or null, or where this is no
    /// object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(member, value)| member == name && *value != Self::Null)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The values of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that is whole and exactly representable.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        self.as_f64()
            .filter(|number| number.fract() == 0.0 && number.abs() <= LARGEST)
            .map(|number| number as i64)
    }
}

/// Reads one JSON value and nothing after it but white space.
///
/// # Errors
/// A sentence with the offset in bytes and what was expected there.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut parser = Parser { text, position: 0 };
    let value = parser.value(0)?;
    parser.skip_white_space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.expected("the end")),
    }
}

/// Appends `text` to `target` as a JSON string with its quotation marks.
pub fn write_string(target: &mut String, text: &str) {
    target.push('"');
    for character in text.chars() {
        match character {
            '"' => target.push_str("\\\""),
            '\\' => target.push_str("\\\\"),
            '\n' => target.push_str("\\n"),
            '\r' => target.push_str("\\r"),
            '\t' => target.push_str("\\t"),
            // JavaScript's own line ends stay escaped, so that the line remains one for every
            // reader.
            '\0'..='\u{1f}' | '\u{7f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(target, "\\u{:04x}", u32::from(character));
            }
            _ => target.push(character),
        }
    }
    target.push('"');
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn expected(&self, what: &str) -> String {
        format!("{what} expected at offset {}", self.position)
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    /// Takes `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        if next {
            self.position += 1;
        }
        next
    }

    fn require(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.expected(&format!("\"{}\"", char::from(byte))))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} at offset {}", self.position));
        }
        self.skip_white_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, String> {
        if self.text[self.position..].starts_with(word) {
            self.position += word.len();
            Ok(value)
        } else {
            Err(self.expected("a value"))
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.require(b'[')?;
        let mut values = Vec::new();
        self.skip_white_space();
        if self.take(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.skip_white_space();
            if self.take(b']') {
                return Ok(Value::Array(values));
            }
            self.require(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.require(b'{')?;
        let mut members: Vec<(String, Value)> = Vec::new();
        self.skip_white_space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_white_space();
            let name = self.string()?;
            if members.iter().any(|(member, _)| *member == name) {
                return Err(format!(
                    "the member \"{name}\" comes twice at offset {}",
                    self.position
                ));
            }
            self.skip_white_space();
            self.require(b':')?;
            members.push((name, self.value(depth + 1)?));
            self.skip_white_space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.require(b',')?;
        }
    }

    fn digits(&mut self) -> Result<(), String> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.expected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.position;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        match self.text[start..self.position].parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Number(number)),
            _ => Err(format!("the number at offset {start} is too large")),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.require(b'"')?;
        let mut result = String::new();
        loop {
            let rest = &self.text[self.position..];
            // Everything up to the next byte with a meaning is copied as it is; these bytes are
            // ASCII, so the text is never cut within a character.
            let plain = rest
                .find(|character: char| matches!(character, '"' | '\\' | '\0'..='\u{1f}'))
                .ok_or_else(|| "a string has no end".to_owned())?;
            result.push_str(&rest[..plain]);
            self.position += plain;
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(result);
                }
                Some(b'\\') => {
                    self.position += 1;
                    result.push(self.escape()?);
                }
                _ => return Err(self.expected("no control character")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let byte = self.peek().ok_or_else(|| self.expected("an escape"))?;
        let character = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.position += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.expected("an escape")),
        };
        self.position += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, String> {
        let first = self.four_hex_digits()?;
        let code = match first {
            0xd800..=0xdbff => {
                self.require(b'\\')?;
                self.require(b'u')?;
                let second = self.four_hex_digits()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.expected("the second half of a surrogate pair before"));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| self.expected("a character's code before"))
    }

    fn four_hex_digits(&mut self) -> Result<u32, String> {
        let digits = self
            .text
            .get(self.position..self.position + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.position += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value() {
        let text = r#" {"a":[1,-0.5e1,true,false,null],"b":{"c":"x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"},"d":[],"e":{}} "#;
        let value = parse(text).unwrap();
        assert_eq!(
            value.get("a").unwrap().as_array().unwrap(),
            [
                Value::Number(1.0),
                Value::Number(-5.0),
                Value::Bool(true),
                Value::Bool(false),
                Value::Null
            ]
        );
        let string = value.get("b").unwrap().get("c").unwrap();
        assert_eq!(string.as_str(), Some("x\"\\/\u{8}\u{c}\n\r\té😀é"));
        assert_eq!(value.get("d"), Some(&Value::Array(vec![])));
        assert_eq!(value.get("e"), Some(&Value::Object(vec![])));
    }

    #[test]
    fn a_null_member_is_an_absent_one() {
        let value = parse(r#"{"a":null}"#).unwrap();
        assert_eq!(value.get("a"), None);
        assert_eq!(value.get("b"), None);
        assert_eq!(Value::Null.get("a"), None);
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(parse("192").unwrap().as_i64(), Some(192));
        assert_eq!(parse("-128").unwrap().as_i64(), Some(-128));
        assert_eq!(parse("1e3").unwrap().as_i64(), Some(1000));
        assert_eq!(parse("0.5").unwrap().as_i64(), None);
        assert_eq!(parse("1e300").unwrap().as_i64(), None);
        assert_eq!(parse("\"1\"").unwrap().as_i64(), None);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let wrong = [
            "",
            " ",
            "{",
            "[",
            "\"",
            "{]",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "1e400",
            "-",
            "nul",
            "True",
            "NaN",
            "[1] 2",
            "'a'",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\\u00é\"",
            "\"\\",
            "{\"a\":1,\"a\":2}",
            "\u{feff}1",
        ];
        for text in wrong {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(parse(&format!("{}{}", "[".repeat(17), "]".repeat(17))).is_ok());
        assert!(parse(&format!("{}{}", "[".repeat(18), "]".repeat(18))).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn written_strings_are_read_back() {
        for text in
            ["", "plain", "jack-o'-lantern \"x\" \\ /", "\u{0}\n\r\t\u{1f}\u{7f}\u{2028}é😀"]
        {
            let mut written = String::new();
            write_string(&mut written, text);
            assert!(!written.contains(['\n', '\r', '\u{2028}']));
            assert_eq!(parse(&written), Ok(Value::String(text.to_owned())));
        }
    }
}
