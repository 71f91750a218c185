//! GIF (CompuServe, 1987 and 1989), with the crate `gif`: its first frame.

use crate::bounds::{check_data, check_memory, check_sides};
use crate::rows::{Canvas, Pixels};
use crate::Wanted;
use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};
use jpeg::exif::Orientation;
use jpeg::{Error, Picture};
use std::io;

/// Width and height of the canvas that contains the frames.
pub(crate) fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    let &[w0, w1, h0, h1] =
        file.get(6..10).and_then(|bytes| bytes.first_chunk()).ok_or_else(truncated)?;
    let sides = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    check_sides("GIF", (sides.0.into(), sides.1.into()), u64::MAX)
}

pub(crate) fn decode(file: &[u8], wanted: Wanted) -> Result<Picture, Error> {
    let (width, height) = size(file)?;
    let sides = check_sides("GIF", (width.into(), height.into()), wanted.max_pixels)?;
    check_data("GIF", sides, file.len())?;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    // The frame's own sides are checked below.
    options.set_memory_limit(MemoryLimit::Unlimited);
    let mut decoder = options.read_info(file).map_err(|error| damaged(&error))?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let frame = decoder
        .next_frame_info()
        .map_err(|error| damaged(&error))?
        .ok_or_else(|| Error::new("the GIF picture is damaged: it has no frame".into()))?;
    let frame_sides = (frame.width, frame.height);
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let palette = frame.palette.clone().or(global).unwrap_or_default();
    let colours = colours(&palette, frame.transparent);
    check_sides("GIF", (frame_sides.0.into(), frame_sides.1.into()), wanted.max_pixels)?;
    check_data("GIF", frame_sides, file.len())?;
    check_memory(u64::from(frame_sides.0) * u64::from(frame_sides.1))?;
    let mut indices = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut indices).map_err(|error| damaged(&error))?;

    let mut canvas = Canvas::new(sides, Pixels::Rgb, wanted, Orientation::Upright);
    let stride = usize::from(frame_sides.0);
    let mut row = Vec::with_capacity(3 * stride);
    for y in 0..usize::from(height) {
        // What the frame does not cover is transparent.
        let indices = y.checked_sub(top).and_then(|y| indices.get(y * stride..(y + 1) * stride));
        row.clear();
        row.extend(
            indices.unwrap_or_default().iter().flat_map(|&index| colours[usize::from(index)]),
        );
        canvas.push_at(left, &row);
    }
    Ok(canvas.finish())
}

/// The colour of each index: the transparent one is white, and those beyond the palette are black.
fn colours(palette: &[u8], transparent: Option<u8>) -> [[u8; 3]; 256] {
    let mut colours = [[0; 3]; 256];
    for (colour, entry) in colours.iter_mut().zip(palette.chunks_exact(3)) {
        colour.copy_from_slice(entry);
    }
    if let Some(index) = transparent {
        colours[usize::from(index)] = [255; 3];
    }
    colours
}

fn truncated() -> Error {
    Error::new("the GIF picture is truncated".into())
}

fn damaged(error: &DecodingError) -> Error {
    match error {
        DecodingError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => truncated(),
        other => Error::new(format!("the GIF picture is damaged: {other}")),
    }
}
