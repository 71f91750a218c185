//! What becomes of damaged data.

/// Whether a damaged picture is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damaged {
    /// It is not, unless restart markers alone are damaged.
    Refuse,
    /// What there is of it is.
    Accept,
}
