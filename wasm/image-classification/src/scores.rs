//! From the bytes of the model's output tensor to ranked scores.

use crate::model::Output;
use std::cmp::Ordering;
use vision::description::{ElementType, Quantization};

/// The score of a certain class: probabilities are reported on a byte's scale, as uint8 models do.
pub const MAX_SCORE: u8 = 255;

/// Values whose sum is one within this tolerance are already a distribution. Quantized ones are
/// each rounded.
const DISTRIBUTION_TOLERANCE: f64 = 0.02;

/// A class and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The class, from 0.
    pub index: usize,
    /// 0 to [`MAX_SCORE`].
    pub score: u8,
}

/// The `count` best classes (or all of them, if there are fewer), best first.
///
/// They are ordered by the model's own values, which can be finer than the scores, and equal ones
/// by index. Outputs that are not a probability distribution (logits) go through softmax first.
///
/// # Errors
/// A sentence, if `bytes` do not have one element for each class, or contain values that are not
/// finite.
pub fn best(output: &Output, bytes: &[u8], count: usize) -> Result<Vec<Score>, String> {
    let expected = output.classes * output.element_type.size();
    if bytes.len() != expected {
        return Err(format!("the model's output has {} bytes, expected {expected}", bytes.len()));
    }
    let levels = levels(output, bytes)?;
    let by_level =
        |a: &usize, b: &usize| -> Ordering { levels[*b].total_cmp(&levels[*a]).then(a.cmp(b)) };
    let mut order: Vec<usize> = (0..levels.len()).collect();
    let count = count.min(order.len());
    if count < order.len() {
        order.select_nth_unstable_by(count, by_level);
        order.truncate(count);
    }
    order.sort_unstable_by(by_level);
    Ok(order.into_iter().map(|index| Score { index, score: to_score(levels[index]) }).collect())
}

fn to_score(level: f64) -> u8 {
    // The conversion saturates: values that rounding moves out of the range become its limit.
    level.round() as u8
}

/// The scores before rounding, about 0 to 255.
fn levels(output: &Output, bytes: &[u8]) -> Result<Vec<f64>, String> {
    let (values, tolerance): (Vec<f64>, f64) = match (output.element_type, output.quantization) {
        (ElementType::Float32, _) => {
            let floats = bytes.chunks_exact(4).filter_map(|chunk| chunk.try_into().ok());
            (
                floats.map(|chunk| f64::from(f32::from_le_bytes(chunk))).collect(),
                DISTRIBUTION_TOLERANCE,
            )
        }
        (element_type, quantization) => {
            let steps = bytes.iter().map(|&byte| match element_type {
                ElementType::Int8 => i64::from(byte as i8),
                _ => i64::from(byte),
            });
            let lowest = if element_type == ElementType::Int8 { -128 } else { 0 };
            match quantization {
                Some(quantization) if !is_byte_scale(quantization, lowest) => {
                    let Quantization { scale, zero_point } = quantization;
                    let rounding = scale / 2.0 * output.classes as f64;
                    let values = steps.map(|step| (step - zero_point) as f64 * scale).collect();
                    (values, DISTRIBUTION_TOLERANCE + rounding.min(0.5))
                }
                // Also without quantization: the bytes are then the only available scale.
                _ => return Ok(steps.map(|step| (step - lowest) as f64).collect()),
            }
        }
    };
    if !values.iter().all(|value| value.is_finite()) {
        return Err("the model's output contains values that are not finite numbers".into());
    }
    let probabilities = if is_distribution(&values, tolerance) { values } else { softmax(&values) };
    Ok(probabilities.into_iter().map(|probability| probability * f64::from(MAX_SCORE)).collect())
}

/// Whether the quantized values are probabilities in steps of 1/256 or 1/255: then they are the
/// scores.
fn is_byte_scale(quantization: Quantization, lowest: i64) -> bool {
    let steps = 1.0 / quantization.scale;
    quantization.zero_point == lowest && (254.5..=256.5).contains(&steps)
}

fn is_distribution(values: &[f64], tolerance: f64) -> bool {
    let sum: f64 = values.iter().sum();
    (sum - 1.0).abs() <= tolerance && values.iter().all(|&value| value >= -1e-6)
}

fn softmax(values: &[f64]) -> Vec<f64> {
    // Minus the largest value, so that no exponential overflows.
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = values.iter().map(|value| (value - largest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|exponential| exponential / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(
        element_type: ElementType,
        classes: usize,
        quantization: Option<(f64, i64)>,
    ) -> Output {
        let quantization =
            quantization.map(|(scale, zero_point)| Quantization { scale, zero_point });
        Output { classes, element_type, quantization }
    }

    fn pairs(output: &Output, bytes: &[u8], count: usize) -> Vec<(usize, u8)> {
        let scores = best(output, bytes, count).unwrap();
        scores.into_iter().map(|score| (score.index, score.score)).collect()
    }

    fn float_bytes(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn byte_probabilities_are_the_scores() {
        for scale in [1.0 / 256.0, 1.0 / 255.0] {
            let unsigned = output(ElementType::Uint8, 4, Some((scale, 0)));
            assert_eq!(
                pairs(&unsigned, &[3, 228, 0, 255], 4),
                [(3, 255), (1, 228), (0, 3), (2, 0)]
            );
            let signed = output(ElementType::Int8, 4, Some((scale, -128)));
            assert_eq!(
                pairs(&signed, &[0x83, 0x64, 0x80, 0x7f], 4),
                [(3, 255), (1, 228), (0, 3), (2, 0)]
            );
        }
    }

    #[test]
    fn equal_scores_are_ordered_by_index() {
        let output = output(ElementType::Uint8, 6, Some((1.0 / 256.0, 0)));
        assert_eq!(pairs(&output, &[9, 1, 9, 200, 1, 9], 3), [(3, 200), (0, 9), (2, 9)]);
    }

    #[test]
    fn more_than_there_are_means_all() {
        let output = output(ElementType::Uint8, 2, None);
        assert_eq!(pairs(&output, &[1, 2], 1000), [(1, 2), (0, 1)]);
        assert_eq!(pairs(&output, &[1, 2], 1), [(1, 2)]);
    }

    #[test]
    fn float_probabilities() {
        let output = output(ElementType::Float32, 3, None);
        assert_eq!(
            pairs(&output, &float_bytes(&[0.025, 0.95, 0.025]), 3),
            [(1, 242), (0, 6), (2, 6)]
        );
        // Both scores are 0, but the model ranks them.
        assert_eq!(
            pairs(&output, &float_bytes(&[1e-4, 0.999, 2e-4]), 3),
            [(1, 255), (2, 0), (0, 0)]
        );
    }

    #[test]
    fn logits_go_through_softmax() {
        let output = output(ElementType::Float32, 2, None);
        // The odds are e² to 1.
        assert_eq!(pairs(&output, &float_bytes(&[1000.0, 1002.0]), 2), [(1, 225), (0, 30)]);
        assert_eq!(pairs(&output, &float_bytes(&[-3.0, -3.0]), 2), [(0, 128), (1, 128)]);
    }

    #[test]
    fn quantized_logits_go_through_softmax() {
        let output = output(ElementType::Int8, 2, Some((0.5, 3)));
        assert_eq!(pairs(&output, &[5, 9], 2), [(1, 225), (0, 30)]);
    }

    #[test]
    fn coarse_quantized_probabilities_stay_probabilities() {
        let output = output(ElementType::Uint8, 2, Some((1.0 / 128.0, 0)));
        assert_eq!(pairs(&output, &[96, 32], 2), [(0, 191), (1, 64)]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let output = output(ElementType::Float32, 2, None);
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(best(&output, &float_bytes(&[0.5, value]), 2).is_err());
        }
        assert!(best(&output, &[0; 7], 2).unwrap_err().contains("7 bytes, expected 8"));
    }
}
