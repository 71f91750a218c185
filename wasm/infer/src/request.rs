//! The lines of standard input.

use crate::element::Element;
use crate::failure::Failure;

/// A request. Bytes that belong to it follow its line.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Asks for the host's description of a model.
    Describe { model: String },
    /// Opens a session with a model, configured with this many bytes of JSON if there are any.
    Open { model: String, config_bytes: Option<u64> },
    /// Opens a session with a model of this many bytes, which the guest provides.
    Load { bytes: u64 },
    /// Sets an input of a session.
    Set { session: usize, input: u32, element: Element, shape: Vec<u32>, content: Content },
    /// Runs a session, and returns its outputs if their expected sizes in bytes are given.
    Run { session: usize, sizes: Option<Vec<usize>> },
    /// Closes a session.
    Close { session: usize },
}

/// The source of an input's elements.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes after the line.
    Bytes(u64),
    /// The formula, with this seed.
    Random(u32),
}

impl Request {
    /// Parses a line.
    ///
    /// # Errors
    /// [`Failure::Request`]
    pub fn parse(line: &str) -> Result<Self, Failure> {
        let words: Vec<&str> = line.split(' ').collect();
        let request = match words[..] {
            ["describe", model] => Self::Describe { model: model.to_owned() },
            ["open", model] => Self::Open { model: model.to_owned(), config_bytes: None },
            ["open", model, bytes] => {
                Self::Open { model: model.to_owned(), config_bytes: Some(number(bytes)?) }
            }
            ["load", bytes] => Self::Load { bytes: number(bytes)? },
            ["set", session, input, element, shape, bytes] => Self::Set {
                session: number(session)?,
                input: number(input)?,
                element: element_named(element)?,
                shape: shape_of(shape)?,
                content: Content::Bytes(number(bytes)?),
            },
            ["random", session, input, element, shape, seed] => Self::Set {
                session: number(session)?,
                input: number(input)?,
                element: element_named(element)?,
                shape: shape_of(shape)?,
                content: Content::Random(number(seed)?),
            },
            ["run", session, sizes] => {
                Self::Run { session: number(session)?, sizes: sizes_of(sizes)? }
            }
            ["close", session] => Self::Close { session: number(session)? },
            _ => return Err(Failure::Request(format!("{:?} is not a request", shortened(line)))),
        };
        Ok(request)
    }
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, Failure> {
    word.parse()
        .map_err(|_| Failure::Request(format!("{:?} is not a valid number", shortened(word))))
}

fn element_named(word: &str) -> Result<Element, Failure> {
    Element::of_name(word)
        .ok_or_else(|| Failure::Request(format!("{:?} is not an element type", shortened(word))))
}

fn shape_of(word: &str) -> Result<Vec<u32>, Failure> {
    if word == "scalar" {
        return Ok(Vec::new());
    }
    word.split('x').map(number).collect()
}

fn sizes_of(word: &str) -> Result<Option<Vec<usize>>, Failure> {
    if word == "-" {
        return Ok(None);
    }
    word.split(',').map(number).collect::<Result<_, _>>().map(Some)
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::{Content, Request};
    use crate::element::Element;

    #[test]
    fn requests_are_read() {
        let parse = |line| Request::parse(line).unwrap();
        assert_eq!(parse("describe a"), Request::Describe { model: "a".to_owned() });
        assert_eq!(
            parse("open default"),
            Request::Open { model: "default".to_owned(), config_bytes: None }
        );
        assert_eq!(parse("load 4096"), Request::Load { bytes: 4096 });
        assert_eq!(
            parse("set 1 0 float32 1x2x3 24"),
            Request::Set {
                session: 1,
                input: 0,
                element: Element::Float32,
                shape: vec![1, 2, 3],
                content: Content::Bytes(24),
            }
        );
        assert_eq!(
            parse("random 0 2 int8 scalar 17"),
            Request::Set {
                session: 0,
                input: 2,
                element: Element::Int8,
                shape: vec![],
                content: Content::Random(17),
            }
        );
        assert_eq!(parse("run 0 -"), Request::Run { session: 0, sizes: None });
        assert_eq!(parse("run 0 4,8"), Request::Run { session: 0, sizes: Some(vec![4, 8]) });
        assert_eq!(parse("close 3"), Request::Close { session: 3 });
    }

    #[test]
    fn what_is_none_is_refused() {
        for line in [
            "",
            "open",
            "load",
            "load -1",
            "run 0",
            "run x -",
            "run 0 4,",
            "run 0 99999999999999999999",
            "set 0 0 complex128 1 8",
            "set 0 0 int8 1xx2 8",
            "set 0 0 int8 1x-2 8",
            "set 0 0 int8 1 -8",
            "random 0 0 int8 1 4294967296",
            "close 0 0",
            "stop",
        ] {
            assert!(Request::parse(line).is_err(), "{line:?}");
        }
    }
}
