//! Why a run ends without an answer, and the exit code for it.

use std::fmt;

/// A run that ended without an answer. The codes are those of `sysexits.h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The command line is invalid: exit code 64 (`EX_USAGE`).
    Usage(String),
    /// The picture is invalid: exit code 65 (`EX_DATAERR`).
    Data(String),
    /// The host or its model is at fault: exit code 70 (`EX_SOFTWARE`).
    Host(String),
}

impl Failure {
    /// The exit code: 64, 65 or 70.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 64,
            Self::Data(_) => 65,
            Self::Host(_) => 70,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(message) | Self::Data(message) | Self::Host(message)) = self;
        formatter.write_str(message)
    }
}

impl std::error::Error for Failure {}

impl From<jpeg::Error> for Failure {
    fn from(error: jpeg::Error) -> Self {
        Self::Data(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_exit_code() {
        assert_eq!(Failure::Usage(String::new()).exit_code(), 64);
        assert_eq!(Failure::Data(String::new()).exit_code(), 65);
        assert_eq!(Failure::Host(String::new()).exit_code(), 70);
    }
}
