//! Files that are truncated, damaged, or require a lot: they are rejected quickly, and nothing
//! panics.

use picture::{decode, size, Fit};

const MAX_PIXELS: u64 = 200_000_000;

/// Pseudo-random numbers, the same each time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

const SIDES: (u16, u16) = (37, 23);

fn samples(bytes: usize) -> Vec<u8> {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let pixels = usize::from(SIDES.0) * usize::from(SIDES.1);
    (0..pixels * bytes)
        .map(|index| ((index / 9) as u8).wrapping_add(numbers.below(9) as u8))
        .collect()
}

fn png(colour: png::ColorType, bytes: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIDES.0.into(), SIDES.1.into());
    encoder.set_color(colour);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&samples(bytes)).unwrap();
    writer.finish().unwrap();
    file
}

/// Some chunks of a PNG, with their checksums.
fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, payload) in chunks {
        file.extend((payload.len() as u32).to_be_bytes());
        let start = file.len();
        file.extend(*kind);
        file.extend(*payload);
        let crc = file[start..].iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        });
        file.extend((!crc).to_be_bytes());
    }
    file
}

fn gif() -> Vec<u8> {
    let mut file = Vec::new();
    let palette: Vec<u8> =
        (0..=255).flat_map(|index: u8| [index, 255 - index, index / 2]).collect();
    let mut encoder = gif::Encoder::new(&mut file, SIDES.0, SIDES.1, &palette).unwrap();
    let frame = gif::Frame::from_indexed_pixels(SIDES.0, SIDES.1, samples(1), Some(7));
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    file
}

fn webp() -> Vec<u8> {
    let mut file = Vec::new();
    image_webp::WebPEncoder::new(&mut file)
        .encode(&samples(4), SIDES.0.into(), SIDES.1.into(), image_webp::ColorType::Rgba8)
        .unwrap();
    file
}

fn bmp(bits: u16, compression: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(u32::from(SIDES.0).to_le_bytes());
    file.extend(u32::from(SIDES.1).to_le_bytes());
    file.extend([1, 0]);
    file.extend(bits.to_le_bytes());
    file.extend(compression.to_le_bytes());
    file.extend([0; 20]);
    file.extend(data);
    file
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let row = |shade: u8| [[4, shade, 0, 4, 1, 2, 3, 4].repeat(4), vec![5, shade, 0, 0]].concat();
    let mut runs: Vec<u8> = (0..SIDES.1 as u8).flat_map(row).collect();
    runs.extend([0, 1]);
    vec![
        ("PNG, grey", png(png::ColorType::Grayscale, 1)),
        ("PNG, RGBA", png(png::ColorType::Rgba, 4)),
        ("GIF", gif()),
        ("WebP", webp()),
        ("BMP", bmp(24, 0, &samples(4))),
        ("BMP, runs of bytes", bmp(8, 1, &runs)),
        ("BMP, runs of halves", bmp(4, 2, &runs)),
    ]
}

#[test]
fn sound_files_are_decoded() {
    for (name, file) in files() {
        assert_eq!(size(&file), Ok(SIDES), "{name}");
        let picture = decode(&file, 5, 9, Fit::Stretch, MAX_PIXELS)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((picture.width, picture.height), (5, 9), "{name}");
        assert_eq!(picture.samples.len(), 45 * picture.channels.count(), "{name}");
    }
}

#[test]
fn cut_files_are_refused() {
    for (name, file) in files() {
        for length in 0..file.len() {
            let cut = decode(&file[..length], 8, 8, Fit::Stretch, MAX_PIXELS);
            // What follows the pixels is not needed.
            assert!(cut.is_err() || length > file.len() * 3 / 5, "{name}, {length} bytes");
        }
    }
}

#[test]
fn damage_does_no_harm() {
    let mut numbers = Numbers(2_463_534_242);
    for (name, file) in files() {
        for _ in 0..3000 {
            let mut damaged = file.clone();
            for _ in 0..1 + numbers.below(3) {
                let place = numbers.below(damaged.len());
                damaged[place] = numbers.below(256) as u8;
            }
            if let Ok(picture) = decode(&damaged, 6, 4, Fit::Stretch, 1 << 20) {
                assert_eq!((picture.width, picture.height), (6, 4), "{name}");
            }
            let _ = size(&damaged);
        }
    }
}

fn refusal(file: &[u8]) -> String {
    decode(file, 8, 8, Fit::Stretch, MAX_PIXELS).unwrap_err().to_string()
}

#[test]
fn small_files_do_not_ask_for_much() {
    // Width and height in each format, for 14,000 x 14,000 pixels.
    let side = 14_000u32;
    let mut png = png(png::ColorType::Rgba, 4);
    png[16..24].copy_from_slice(&[side.to_be_bytes(), side.to_be_bytes()].concat());
    assert!(refusal(&png).contains("bytes are too few for its 14000 x 14000 pixels"));
    let mut gif = gif();
    gif[6..10].copy_from_slice(&[(side as u16).to_le_bytes(); 2].concat());
    assert!(refusal(&gif).contains("14000 x 14000 pixels in"));
    let mut webp = webp();
    let bits = (side - 1) | ((side - 1) << 14) | (1 << 28);
    webp[21..25].copy_from_slice(&bits.to_le_bytes());
    assert!(refusal(&webp).contains("14000 x 14000 pixels in"));
    let mut bmp = bmp(8, 1, &[0, 1]);
    bmp[18..26].copy_from_slice(&[side.to_le_bytes(), side.to_le_bytes()].concat());
    assert!(refusal(&bmp).contains("14000 x 14000 pixels in"));
    bmp[30] = 0;
    assert!(refusal(&bmp).contains("truncated"));
}

#[test]
fn limits_are_named() {
    for (name, file) in files() {
        let pixels = u64::from(SIDES.0) * u64::from(SIDES.1);
        assert!(decode(&file, 8, 8, Fit::Stretch, pixels).is_ok(), "{name}");
        let error = decode(&file, 8, 8, Fit::Stretch, pixels - 1).unwrap_err().to_string();
        assert!(error.contains("37 x 23 = 851 pixels, the limit is 850"), "{name}: {error}");
    }
}

#[test]
fn what_is_behind_the_last_row_is_not_inflated() {
    for interlace in [0, 1] {
        // 8 x 8 pixels with 8 bits, 1 MiB of zeros, and invalid Deflate data.
        let header = [0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, interlace];
        let block = [&[0, 255, 255, 0, 0][..], &[0; 65_535]].concat();
        let data = [&[0x78, 1][..], &block.repeat(16), &[0xFF; 64]].concat();
        let file = png_of(&[(b"IHDR", &header), (b"IDAT", &data), (b"IEND", &[])]);
        let picture = decode(&file, 8, 8, Fit::Stretch, 64).unwrap();
        assert_eq!(picture.samples, [0; 64], "interlace {interlace}");
    }
}

#[test]
fn interlaced_pictures_of_every_size_are_whole() {
    // The positions of the pixels of each pass, from the specification's picture of 8 x 8.
    const PASSES: [&[u8; 8]; 8] = [
        b"16462646",
        b"77777777",
        b"56565656",
        b"77777777",
        b"36463646",
        b"77777777",
        b"56565656",
        b"77777777",
    ];
    for (width, height) in (1..=9).flat_map(|width| (1..=9).map(move |height| (width, height))) {
        let shade = |x: usize, y: usize| (16 * y + x) as u8;
        let mut rows = Vec::new();
        for pass in b'1'..=b'7' {
            for y in 0..height {
                let columns = (0..width).filter(|&x| PASSES[y % 8][x % 8] == pass);
                let row: Vec<u8> = columns.map(|x| shade(x, y)).collect();
                if !row.is_empty() {
                    rows.push(0);
                    rows.extend(row);
                }
            }
        }
        let (sides, length) = ([width as u8, height as u8], rows.len() as u8);
        let header = [0, 0, 0, sides[0], 0, 0, 0, sides[1], 8, 0, 0, 0, 1];
        // Adler-32.
        let (low, high) = rows.iter().fold((1u32, 0), |(low, high), &byte| {
            let low = (low + u32::from(byte)) % 65_521;
            (low, (high + low) % 65_521)
        });
        let sum = ((high << 16) | low).to_be_bytes();
        let data = [&[0x78, 1, 1, length, 0, !length, 255][..], &rows, &sum].concat();
        let file = png_of(&[(b"IHDR", &header), (b"IDAT", &data), (b"IEND", &[])]);
        let (wide, high) = (u16::from(sides[0]), u16::from(sides[1]));
        let picture = decode(&file, wide, high, Fit::Stretch, 81).unwrap();
        let expected: Vec<u8> =
            (0..height).flat_map(|y| (0..width).map(move |x| shade(x, y))).collect();
        assert_eq!(picture.samples, expected, "{width} x {height}");
    }
}
