//! From pixels to the bytes of the model's input tensor.

use crate::description::{ElementType, Input};
use crate::failure::Failure;
use crate::input::{decode_picture, Accepted};
use picture::{Channels, Picture};

/// The input tensor of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The tensor's bytes.
    pub bytes: Vec<u8>,
    /// Whether a part of the picture was missing: see [`Picture::is_damaged`].
    pub is_damaged: bool,
}

/// Decodes, resizes and turns a picture, and converts it to the bytes of the input tensor.
///
/// # Errors
/// Like [`decode_picture`].
pub fn prepare(file: &[u8], input: &Input, accepted: Accepted) -> Result<Prepared, Failure> {
    let picture = decode_picture(file, (input.width, input.height), input.fit, accepted)?;
    let is_damaged = picture.is_damaged;
    Ok(Prepared { bytes: input_bytes(picture, input), is_damaged })
}

/// The input tensor's bytes: rows from the top, channels interleaved, floats little-endian.
///
/// `picture` must have the input's width and height. Quantized inputs take the pixels' bytes: their
/// quantization spans the range of the model's pictures, whatever its scale (`int8` counts from
/// −128).
#[must_use]
pub fn input_bytes(picture: Picture, input: &Input) -> Vec<u8> {
    let samples = with_channels(picture, input.channels);
    match input.element_type {
        ElementType::Uint8 => samples,
        ElementType::Int8 => samples.into_iter().map(|byte| byte ^ 0x80).collect(),
        ElementType::Float32 => {
            let tables: Vec<[[u8; 4]; 256]> = (0..input.channels.count())
                .map(|channel| {
                    float_table(input.normalize.mean[channel], input.normalize.scale[channel])
                })
                .collect();
            let mut bytes = Vec::with_capacity(4 * samples.len());
            for pixel in samples.chunks_exact(tables.len()) {
                for (byte, table) in pixel.iter().zip(&tables) {
                    bytes.extend_from_slice(&table[usize::from(*byte)]);
                }
            }
            bytes
        }
    }
}

/// A channel has only 256 values, which are computed once.
fn float_table(mean: f64, scale: f64) -> [[u8; 4]; 256] {
    std::array::from_fn(|byte| (((byte as f64 - mean) * scale) as f32).to_le_bytes())
}

fn with_channels(picture: Picture, channels: Channels) -> Vec<u8> {
    match (picture.channels, channels) {
        (Channels::Grey, Channels::Rgb) => {
            picture.samples.into_iter().flat_map(|luminance| [luminance; 3]).collect()
        }
        (Channels::Rgb, Channels::Grey) => picture.samples.chunks_exact(3).map(luminance).collect(),
        _ => picture.samples,
    }
}

/// ITU-R BT.601, the luminance of JPEG: 0.299 R + 0.587 G + 0.114 B.
fn luminance(rgb: &[u8]) -> u8 {
    let sum: u32 = rgb
        .iter()
        .zip([19_595, 38_470, 7_471])
        .map(|(&byte, weight)| u32::from(byte) * weight)
        .sum();
    ((sum + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Normalize;
    use jpeg::Fit;

    fn input(element_type: ElementType, channels: Channels) -> Input {
        Input {
            shape: vec![1, 1, 2, channels.count() as u32],
            height: 1,
            width: 2,
            channels,
            element_type,
            normalize: Normalize { mean: [0.0, 127.5, 255.0], scale: [1.0, 1.0 / 127.5, 2.0] },
            fit: Fit::Stretch,
        }
    }

    fn colours() -> Picture {
        Picture {
            width: 2,
            height: 1,
            channels: Channels::Rgb,
            samples: vec![0, 255, 255, 7, 0, 128],
            is_damaged: false,
        }
    }

    fn floats(bytes: &[u8]) -> Vec<f32> {
        bytes.chunks_exact(4).map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap())).collect()
    }

    #[test]
    fn quantized_inputs_take_the_bytes() {
        assert_eq!(
            input_bytes(colours(), &input(ElementType::Uint8, Channels::Rgb)),
            [0, 255, 255, 7, 0, 128]
        );
        let signed = input_bytes(colours(), &input(ElementType::Int8, Channels::Rgb));
        let signed: Vec<i8> = signed.into_iter().map(|byte| byte as i8).collect();
        assert_eq!(signed, [-128, 127, 127, -121, -128, 0]);
    }

    #[test]
    fn float_inputs_are_normalized_for_each_channel() {
        let bytes = input_bytes(colours(), &input(ElementType::Float32, Channels::Rgb));
        assert_eq!(floats(&bytes), [0.0, 1.0, 0.0, 7.0, -1.0, -254.0]);
    }

    #[test]
    fn greyscale_and_colour_become_each_other() {
        let grey = Picture {
            width: 2,
            height: 1,
            channels: Channels::Grey,
            samples: vec![3, 200],
            is_damaged: false,
        };
        assert_eq!(
            input_bytes(grey.clone(), &input(ElementType::Uint8, Channels::Rgb)),
            [3, 3, 3, 200, 200, 200]
        );
        assert_eq!(input_bytes(grey, &input(ElementType::Uint8, Channels::Grey)), [3, 200]);
        assert_eq!(input_bytes(colours(), &input(ElementType::Uint8, Channels::Grey)), [179, 17]);
    }

    #[test]
    fn greys_keep_their_luminance() {
        for value in 0..=255 {
            assert_eq!(luminance(&[value; 3]), value);
        }
    }
}
