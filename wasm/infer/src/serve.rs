//! Handles requests one after another, until the input ends.

use std::fs;
use std::io::{BufRead, Read as _, Write};
use std::time::Instant;

use nn::{Error, Graph, Session};

use crate::element::Element;
use crate::failure::Failure;
use crate::random;
use crate::request::{Content, Request};

/// The maximum length of a line, in bytes.
const LONGEST_LINE: u64 = 65_536;
/// An output that is larger than expected is requested again with more memory, up to this many
/// bytes.
const LARGEST_OUTPUT: usize = 1 << 30;

/// Executes the requests in `input` and writes the answers of those that have one.
///
/// # Errors
/// [`Failure`] at the first request that is invalid or that the host rejects. Answers to earlier
/// requests have been written by then.
pub fn serve(input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Failure> {
    let mut sessions = Sessions::default();
    for number in 1.. {
        let Some(line) = read_line(input).map_err(|failure| failure.of_request(number))? else {
            break;
        };
        let done = Request::parse(&line)
            .and_then(|request| carry_out(request, &mut sessions, input, output));
        if let Err(failure) = done {
            output.flush()?;
            return Err(failure.of_request(number));
        }
    }
    Ok(output.flush()?)
}

#[derive(Default)]
struct Sessions(Vec<Option<Session>>);

impl Sessions {
    fn add(&mut self, session: Session) {
        self.0.push(Some(session));
    }

    fn get(&mut self, number: usize) -> Result<&mut Session, Failure> {
        self.0.get_mut(number).and_then(Option::as_mut).ok_or_else(|| Self::missing(number))
    }

    fn take(&mut self, number: usize) -> Result<Session, Failure> {
        self.0.get_mut(number).and_then(Option::take).ok_or_else(|| Self::missing(number))
    }

    fn missing(number: usize) -> Failure {
        Failure::Request(format!("there is no session {number}"))
    }
}

fn carry_out(
    request: Request,
    sessions: &mut Sessions,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<(), Failure> {
    match request {
        Request::Describe { model } => {
            let description = fs::read(format!("/models/{model}.json")).map_err(|error| {
                Failure::Host(format!("the host does not describe a model {model:?}: {error}"))
            })?;
            writeln!(output, "describe {}", description.len())?;
            output.write_all(&description)?;
        }
        Request::Open { model, config_bytes } => {
            let graph = match config_bytes {
                None => Graph::by_name(&model)?,
                Some(size) => {
                    let config = String::from_utf8(read_bytes(input, size)?).map_err(|_| {
                        Failure::Request("the configuration is not UTF-8".to_owned())
                    })?;
                    Graph::by_name_with_config(&model, &config)?
                }
            };
            sessions.add(graph.session()?);
        }
        Request::Load { bytes } => {
            sessions.add(Graph::from_bytes(&read_bytes(input, bytes)?)?.session()?);
        }
        Request::Set { session, input: index, element, shape, content } => {
            let bytes = match content {
                Content::Bytes(size) => read_bytes(input, size)?,
                Content::Random(seed) => random_bytes(element, &shape, seed)?,
            };
            sessions.get(session)?.set_input(index, &shape, element.tensor_type(), &bytes)?;
        }
        Request::Run { session, sizes } => run(sessions.get(session)?, session, sizes, output)?,
        Request::Close { session } => sessions.take(session)?.close()?,
    }
    Ok(())
}

fn run(
    session: &mut Session,
    number: usize,
    sizes: Option<Vec<usize>>,
    answer: &mut impl Write,
) -> Result<(), Failure> {
    let begin = Instant::now();
    session.compute()?;
    let nanoseconds = begin.elapsed().as_nanos();
    let Some(sizes) = sizes else {
        return Ok(writeln!(answer, "run {number} {nanoseconds} -")?);
    };
    let outputs = (0..)
        .zip(sizes)
        .map(|(index, size)| output(session, index, size))
        .collect::<Result<Vec<_>, _>>()?;
    let told: Vec<String> = outputs.iter().map(|bytes| bytes.len().to_string()).collect();
    writeln!(answer, "run {number} {nanoseconds} {}", told.join(","))?;
    for bytes in outputs {
        answer.write_all(&bytes)?;
    }
    Ok(())
}

/// The bytes of an output, which has the size `expected` unless it is only known after the run.
fn output(session: &Session, index: u32, expected: usize) -> Result<Vec<u8>, Failure> {
    let mut buffer = zeros(expected)?;
    loop {
        match session.output(index, &mut buffer) {
            Ok(size) => {
                buffer.truncate(size);
                return Ok(buffer);
            }
            // Other reasons for these errors do not change with more memory, and are reported at
            // the end.
            Err(Error { errno: Error::INVALID_ARGUMENT | Error::TOO_LARGE, .. })
                if buffer.len() < LARGEST_OUTPUT =>
            {
                buffer = zeros((buffer.len() * 4).clamp(4096, LARGEST_OUTPUT))?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn random_bytes(element: Element, shape: &[u32], seed: u32) -> Result<Vec<u8>, Failure> {
    let count = shape
        .iter()
        .try_fold(1_usize, |count, &size| count.checked_mul(size as usize))
        .filter(|count| count.checked_mul(element.size()).is_some())
        .ok_or_else(|| Failure::Request("the shape is too large".to_owned()))?;
    let mut bytes = reserved(count * element.size())?;
    bytes.extend(random::numbers(element, count, seed));
    Ok(bytes)
}

fn zeros(size: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = reserved(size)?;
    bytes.resize(size, 0);
    Ok(bytes)
}

fn reserved(size: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(size)
        .map_err(|_| Failure::Host(format!("not enough memory for {size} more bytes")))?;
    Ok(bytes)
}

/// A line without its line feed; none at the end of the input.
fn read_line(input: &mut impl BufRead) -> Result<Option<String>, Failure> {
    let mut line = Vec::new();
    input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(Failure::Request("its line does not end or is too long".to_owned()));
    }
    String::from_utf8(line)
        .map(Some)
        .map_err(|_| Failure::Request("its line is not UTF-8".to_owned()))
}

/// Allocates memory as bytes arrive: what a line announces may never come.
fn read_bytes(input: &mut impl BufRead, size: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = input.take(size).read_to_end(&mut bytes)?;
    if read as u64 == size {
        return Ok(bytes);
    }
    Err(Failure::Request(format!("the input ends after {read} of its {size} bytes")))
}

#[cfg(test)]
mod tests {
    use super::serve;

    fn failure_of(requests: &[u8]) -> (u8, String) {
        let mut answers = Vec::new();
        let failure = serve(&mut &*requests, &mut answers).unwrap_err();
        assert!(answers.is_empty());
        (failure.exit_code(), failure.to_string())
    }

    #[test]
    fn nothing_asked_is_nothing_answered() {
        let mut answers = Vec::new();
        serve(&mut &b""[..], &mut answers).unwrap();
        assert!(answers.is_empty());
    }

    #[test]
    fn failures_name_their_request() {
        let refused = "request 1: load_by_name: errno 6 (unsupported operation)";
        assert_eq!(failure_of(b"open m\n"), (70, refused.to_owned()));
        let brought = "request 1: load: errno 6 (unsupported operation)";
        assert_eq!(failure_of(b"load 3\nabc"), (70, brought.to_owned()));
        let none = "request 1: \"stop\" is not a request";
        assert_eq!(failure_of(b"stop\n"), (65, none.to_owned()));
        let missing = "request 1: there is no session 4294967295";
        assert_eq!(failure_of(b"close 4294967295\n"), (65, missing.to_owned()));
    }

    #[test]
    fn what_is_announced_and_never_comes_takes_no_memory() {
        let ends = "request 1: the input ends after 3 of its 4000000000 bytes";
        assert_eq!(failure_of(b"set 0 0 uint8 1 4000000000\nabc"), (65, ends.to_owned()));
        let long = [b'x'; 100_000];
        assert_eq!(failure_of(&long).0, 65);
        let shape = "request 1: the shape is too large";
        let requests = b"random 0 0 float64 4294967295x4294967295x9 0\n";
        assert_eq!(failure_of(requests), (65, shape.to_owned()));
    }
}
