//! From the model's outputs to what is in the picture, and where.

use crate::outputs::Outputs;

/// Larger class numbers are considered damage.
const MAX_CLASS: f32 = 1_000_000.0;

/// A rectangle in pixels. It is inside the picture and has at least one pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From the left edge of the picture.
    pub x: usize,
    /// From its top edge.
    pub y: usize,
    /// At least 1.
    pub width: usize,
    /// At least 1.
    pub height: usize,
}

/// Something in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Its class, from 0, not counting the background.
    pub index: usize,
    /// 0 to 1.
    pub score: f32,
    /// Its rectangle.
    pub bounds: Bounds,
}

/// Which detections to report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// The lowest score.
    pub threshold: f32,
    /// The maximum number of detections.
    pub max_results: usize,
}

/// What is in a picture of `width` × `height` pixels, best first; equal scores are in the model's
/// order.
///
/// A model's outputs may have room for more detections than it reports; only the smaller number
/// counts. Boxes are clipped to the picture, and omitted if nothing remains.
///
/// # Errors
/// A sentence, if the outputs contain values that are not finite, or an invalid class.
pub fn detections(
    outputs: &Outputs,
    (width, height): (usize, usize),
    wanted: Wanted,
) -> Result<Vec<Detection>, String> {
    let Outputs { boxes, classes, scores, count } = outputs;
    if !(count.is_finite() && *count >= 0.0) {
        return Err(format!("the model reports {count} detections"));
    }
    let mut found = Vec::new();
    // The conversion saturates.
    let detections = boxes.chunks_exact(4).zip(classes).zip(scores).take(*count as usize);
    for ((corners, &class), &score) in detections {
        if !(score.is_finite() && corners.iter().all(|corner| corner.is_finite())) {
            return Err("the model's output contains values that are not finite numbers".into());
        }
        if score < wanted.threshold {
            continue;
        }
        if !(0.0..=MAX_CLASS).contains(&class) || class.fract() != 0.0 {
            return Err(format!("the model's output contains the invalid class {class}"));
        }
        let [top, left, bottom, right] = corners else { continue };
        let (x, width) = match within(*left, *right, width) {
            Some(range) => range,
            None => continue,
        };
        let (y, height) = match within(*top, *bottom, height) {
            Some(range) => range,
            None => continue,
        };
        let bounds = Bounds { x, y, width, height };
        found.push(Detection { index: class as usize, score, bounds });
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(wanted.max_results);
    Ok(found)
}

/// The start and the length in pixels of the part from `begin` to `end` of a side. Nothing if it is
/// empty.
fn within(begin: f32, end: f32, side: usize) -> Option<(usize, usize)> {
    let (begin, end) = (begin.clamp(0.0, 1.0), end.clamp(0.0, 1.0));
    if begin >= end {
        return None;
    }
    let pixel = |share: f32| (f64::from(share) * side as f64).round() as usize;
    let first = pixel(begin).min(side.checked_sub(1)?);
    Some((first, (pixel(end).min(side)).saturating_sub(first).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (640, 480);
    const ALL: Wanted = Wanted { threshold: 0.0, max_results: usize::MAX };

    fn outputs(detections: &[([f32; 4], f32, f32)], count: f32) -> Outputs {
        Outputs {
            boxes: detections.iter().flat_map(|(corners, ..)| *corners).collect(),
            classes: detections.iter().map(|(_, class, _)| *class).collect(),
            scores: detections.iter().map(|(.., score)| *score).collect(),
            count,
        }
    }

    fn found(detections: &[([f32; 4], f32, f32)]) -> Vec<Detection> {
        super::detections(&outputs(detections, detections.len() as f32), SIZE, ALL).unwrap()
    }

    fn bounds(corners: [f32; 4]) -> Option<[usize; 4]> {
        let found = found(&[(corners, 0.0, 0.5)]);
        found.first().map(|Detection { bounds: b, .. }| [b.x, b.y, b.width, b.height])
    }

    #[test]
    fn boxes_are_told_in_pixels() {
        assert_eq!(bounds([0.25, 0.5, 0.75, 1.0]), Some([320, 120, 320, 240]));
        assert_eq!(bounds([0.0, 0.0, 1.0, 1.0]), Some([0, 0, 640, 480]));
        // Rounded to the nearest pixel.
        assert_eq!(bounds([0.0, 0.001, 1.0, 0.999]), Some([1, 0, 638, 480]));
    }

    #[test]
    fn boxes_are_cut_at_the_edges() {
        assert_eq!(bounds([-0.1, -9.0, 1.02, 9.0]), Some([0, 0, 640, 480]));
        for outside in [[0.0, 1.5, 1.0, 2.0], [-2.0, 0.0, -1.0, 1.0], [1.0, 1.0, 1.0, 1.0]] {
            assert_eq!(bounds(outside), None);
        }
        // In the wrong order.
        assert_eq!(bounds([0.75, 0.5, 0.25, 1.0]), None);
        assert_eq!(bounds([0.5; 4]), None);
        // Less than a pixel becomes one pixel.
        assert_eq!(bounds([0.5, 0.5, 0.5001, 0.5001]), Some([320, 240, 1, 1]));
        assert_eq!(bounds([0.9999, 0.9999, 1.0, 1.0]), Some([639, 479, 1, 1]));
        assert_eq!(bounds([f32::MIN, f32::MIN, f32::MAX, f32::MAX]), Some([0, 0, 640, 480]));
    }

    #[test]
    fn the_best_come_first_and_the_threshold_holds() {
        let whole = [0.0, 0.0, 1.0, 1.0];
        let outputs = outputs(
            &[(whole, 3.0, 0.25), (whole, 1.0, 0.75), (whole, 2.0, 0.75), (whole, 0.0, 0.5)],
            4.0,
        );
        let classes = |threshold, max_results| -> Vec<usize> {
            let wanted = Wanted { threshold, max_results };
            let found = super::detections(&outputs, SIZE, wanted).unwrap();
            found.into_iter().map(|detection| detection.index).collect()
        };
        assert_eq!(classes(0.0, 9), [1, 2, 0, 3]);
        assert_eq!(classes(0.5, 9), [1, 2, 0]);
        assert_eq!(classes(0.5, 1), [1]);
        assert_eq!(classes(0.76, 9), [0; 0]);
    }

    #[test]
    fn counts_are_bounded_by_what_there_is() {
        let one = [([0.0, 0.0, 1.0, 1.0], 1.0, 0.5)];
        let number =
            |count| super::detections(&outputs(&one, count), SIZE, ALL).map(|all| all.len());
        assert_eq!(number(0.0), Ok(0));
        assert_eq!(number(1.0), Ok(1));
        assert_eq!(number(2.0), Ok(1));
        assert_eq!(number(f32::MAX), Ok(1));
        for wrong in [-1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(number(wrong).is_err_and(|error| error.contains("detections")));
        }
    }

    #[test]
    fn what_is_no_number_is_refused_but_only_where_it_counts() {
        let whole = [0.0, 0.0, 1.0, 1.0];
        let error = |corners, class, score| {
            let outputs = outputs(&[(whole, 1.0, 0.5), (corners, class, score)], 2.0);
            super::detections(&outputs, SIZE, ALL).unwrap_err()
        };
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(error(whole, 0.0, wrong).contains("not finite numbers"));
            assert!(error([0.0, wrong, 1.0, 1.0], 0.0, 0.5).contains("not finite numbers"));
            assert!(error(whole, wrong, 0.5).contains("class"));
        }
        for class in [-1.0, 0.5, 1e9] {
            assert!(error(whole, class, 0.5).contains("invalid class"));
        }
        // Room after the detections is ignored, and so are classes of detections that do not count.
        let outputs = outputs(&[(whole, 1.0, 0.5), ([f32::NAN; 4], f32::NAN, f32::NAN)], 1.0);
        assert_eq!(super::detections(&outputs, SIZE, ALL).unwrap().len(), 1);
    }
}
