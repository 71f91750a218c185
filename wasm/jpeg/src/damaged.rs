//! How to handle damaged data.

/// Whether to decode a damaged picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damaged {
    /// Reject it, unless only restart markers are damaged.
    Refuse,
    /// Decode what there is.
    Accept,
}
