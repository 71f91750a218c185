//! Why the guest ends early.

use std::{fmt, io};

/// What went wrong, in words for the sender of the requests.
#[derive(Debug)]
pub enum Failure {
    /// The command's arguments are invalid.
    Usage(String),
    /// A request is invalid or truncated.
    Request(String),
    /// The host refused, or there was not enough memory.
    Host(String),
}

impl Failure {
    /// According to sysexits.h.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 64,
            Self::Request(_) => 65,
            Self::Host(_) => 70,
        }
    }

    /// The same with the number of the request that caused it.
    pub(crate) fn of_request(self, number: u64) -> Self {
        let told = |text| format!("request {number}: {text}");
        match self {
            Self::Usage(text) => Self::Usage(text),
            Self::Request(text) => Self::Request(told(text)),
            Self::Host(text) => Self::Host(told(text)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Request(text) | Self::Host(text) => formatter.write_str(text),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Host(format!("reading or writing failed: {error}"))
    }
}

impl From<nn::Error> for Failure {
    fn from(error: nn::Error) -> Self {
        Self::Host(error.to_string())
    }
}
