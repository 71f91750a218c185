//! At how many pixels a side each block of 8 × 8 is decoded.

/// The pixels of a side of `full` pixels when each block of 8 becomes `eighths` pixels.
pub(crate) fn scaled(full: u16, eighths: u16) -> u32 {
    (u32::from(full) * u32::from(eighths)).div_ceil(8)
}

/// How many pixels a side (1, 2, 4 or 8) each block of 8 × 8 is decoded to: the fewest that leave
/// half as many again as each wanted side has.
///
/// With that many, twelve photographs become what whole decoding makes of them but for 0.1 to 1.3 of
/// 255 on average, and three models name them as they do then. Half the pixels, just enough to cover
/// the wanted size, would make it 0.2 to 3.7, and change the name of five that they are in doubt of.
/// The decoder's own choice is content when one side is large enough, which leaves too little of a
/// panorama.
pub(crate) fn eighths_for(full: (u16, u16), wanted: (u16, u16)) -> u16 {
    let covers =
        |full: u16, wanted: u16, eighths: u16| 2 * scaled(full, eighths) >= 3 * u32::from(wanted);
    [1, 2, 4]
        .into_iter()
        .find(|&eighths| covers(full.0, wanted.0, eighths) && covers(full.1, wanted.1, eighths))
        .unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_covers_both_sides() {
        assert_eq!(eighths_for((1280, 720), (120, 120)), 2);
        assert_eq!(eighths_for((1280, 720), (121, 121)), 4);
        assert_eq!(eighths_for((1280, 720), (240, 240)), 4);
        assert_eq!(eighths_for((1280, 720), (241, 241)), 8);
        assert_eq!(eighths_for((1536, 1536), (128, 128)), 1);
        assert_eq!(eighths_for((1536, 1528), (128, 128)), 2);
        // A panorama keeps its rows.
        assert_eq!(eighths_for((8000, 200), (192, 192)), 8);
        assert_eq!(eighths_for((1, 1), (192, 192)), 8);
        assert_eq!(eighths_for((65_535, 65_535), (u16::MAX, u16::MAX)), 8);
    }
}
