//! The MCUs that are shown.

use super::{mcus, most_blocks};
use crate::fast::headers::Headers;
use crate::fit::Window;
use std::ops::Range;

/// Columns and rows of MCUs whose pixels are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl Region {
    /// Those that `window`, in pixels of the whole picture, needs if each block becomes `side` ×
    /// `side` pixels.
    pub(super) fn of(headers: &Headers<'_>, window: &Window, side: usize) -> Self {
        let (across, down) = most_blocks(&headers.components);
        let (columns, rows) = mcus(headers);
        // Enlarging uses one more sample; the largest samples are those of a component with one
        // block per MCU.
        let needed = |origin: f64, extent: f64, blocks: usize, all: usize| {
            let size = (8 * blocks) as f64;
            let margin = size / side as f64;
            let begin = (((origin - margin) / size).max(0.0) as usize).min(all - 1);
            let end = ((origin + extent + margin) / size).ceil() as usize;
            begin..end.clamp(begin + 1, all)
        };
        Self {
            columns: needed(window.origin.0, window.extent.0, across, columns),
            rows: needed(window.origin.1, window.extent.1, down, rows),
        }
    }
}
