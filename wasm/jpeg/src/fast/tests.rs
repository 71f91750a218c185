//! Pictures made from random coefficients, decoded and compared with the definition of JPEG.

use super::*;
use crate::bit_writer::{size_of, BitWriter};
use crate::error::Error;
use crate::exif::Orientation;
use crate::general::decode as decode_generally;
use crate::resize::Colours;
use std::f64::consts::{PI, SQRT_2};

/// Pseudo-random numbers, the same for the same seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    /// From `-most` to `most`.
    fn around_zero(&mut self, most: i32) -> i32 {
        self.below(2 * most as usize + 1) as i32 - most
    }
}

/// The positions of the coefficients in the file's order: row × 8 + column.
fn natural_order() -> [usize; 64] {
    let mut order: Vec<usize> = (0..64).collect();
    // Along the diagonals, the odd ones downwards.
    order.sort_by_key(|index| {
        let (row, column) = (index / 8, index % 8);
        (row + column, if (row + column) % 2 == 1 { row } else { column })
    });
    order.try_into().unwrap()
}

/// The number of codes of each length, as in the usual tables (ITU-T T.81, annex K).
const DC_COUNTS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const AC_COUNTS: [u8; 16] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];

/// Every symbol of AC coefficients; those with many bits are not only at the end.
fn ac_symbols() -> Vec<u8> {
    let symbols = (0..16u8).flat_map(|run| (1..=10).map(move |size| (run << 4) | size));
    let mut symbols: Vec<u8> = [0x00].into_iter().chain(symbols).chain([0xF0]).collect();
    symbols[1..].sort_by_key(|&symbol| (symbol >> 4) * 3 / 2 + (symbol & 15));
    symbols
}

trait PutSymbol {
    fn put_symbol(&mut self, counts: &[u8; 16], symbols: &[u8], symbol: u8);
}

impl PutSymbol for BitWriter {
    fn put_symbol(&mut self, counts: &[u8; 16], symbols: &[u8], symbol: u8) {
        let index = symbols.iter().position(|&other| other == symbol).unwrap();
        let (mut code, mut first) = (0, 0);
        for (length, &count) in (1..).zip(counts) {
            if index < first + usize::from(count) {
                return self.put(code + (index - first) as u32, length);
            }
            code = (code + u32::from(count)) << 1;
            first += usize::from(count);
        }
        unreachable!("there are as many codes as symbols");
    }
}

/// A picture to be encoded.
struct Sample {
    width: usize,
    height: usize,
    /// Blocks of each component per MCU: across, down.
    sampling: Vec<(usize, usize)>,
    restart_interval: usize,
    orientation: u16,
    /// For each component: blocks row by row, in the file's order, not dequantized.
    blocks: Vec<Vec<[i32; 64]>>,
}

impl Sample {
    fn new(
        random: &mut Random,
        (width, height): (usize, usize),
        sampling: &[(usize, usize)],
        restart_interval: usize,
    ) -> Self {
        let mut sample = Self {
            width,
            height,
            sampling: sampling.to_vec(),
            restart_interval,
            orientation: 1,
            blocks: Vec::new(),
        };
        for component in 0..sampling.len() {
            let (across, down) = sample.block_counts(component);
            let blocks = (0..across * down).map(|_| {
                let mut block = [0; 64];
                block[0] = random.around_zero(150);
                let often = [1, 2, 5, 30][random.below(4)];
                for (value, divisor) in block[1..].iter_mut().zip(3..) {
                    if random.below(often) == 0 {
                        *value = random.around_zero(300 / divisor);
                    }
                }
                block
            });
            sample.blocks.push(blocks.collect());
        }
        sample
    }

    fn most(&self) -> (usize, usize) {
        let most = |side: fn(&(usize, usize)) -> usize| self.sampling.iter().map(side).max();
        (most(|sampling| sampling.0).unwrap(), most(|sampling| sampling.1).unwrap())
    }

    fn mcus(&self) -> (usize, usize) {
        let (across, down) = self.most();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    fn block_counts(&self, component: usize) -> (usize, usize) {
        let (columns, rows) = self.mcus();
        (columns * self.sampling[component].0, rows * self.sampling[component].1)
    }

    /// The step of each coefficient; different for colours.
    fn quantization(component: usize) -> [u8; 64] {
        std::array::from_fn(|index| if component == 0 { 6 } else { 5 + index as u8 / 16 })
    }

    fn encode(&self) -> Vec<u8> {
        let mut jpeg = vec![0xFF, 0xD8];
        let mut segment = |marker: u8, parts: &[&[u8]]| {
            let length: usize = parts.iter().map(|part| part.len()).sum();
            jpeg.extend([0xFF, marker]);
            jpeg.extend((length as u16 + 2).to_be_bytes());
            jpeg.extend(parts.concat());
        };
        let exif = crate::exif::tests::metadata(self.orientation, true);
        segment(0xE1, &[b"Exif\0\0", &exif]);
        let steps = [Self::quantization(0), Self::quantization(1)];
        segment(0xDB, &[&[0], &steps[0], &[3], &steps[1]]);
        let sides = [self.height as u16, self.width as u16].map(u16::to_be_bytes).concat();
        let mut frame = [&[8], &sides[..], &[self.sampling.len() as u8]].concat();
        for (index, (across, down)) in self.sampling.iter().enumerate() {
            let table = if index == 0 { 0 } else { 3 };
            frame.extend([index as u8 + 1, ((across << 4) | down) as u8, table]);
        }
        // Extended, because it has a code 2.
        segment(0xC1, &[&frame]);
        let dc_symbols: Vec<u8> = (0..12).collect();
        segment(0xC4, &[&[0x02], &DC_COUNTS, &dc_symbols]);
        segment(0xC4, &[&[0x11], &AC_COUNTS, &ac_symbols()]);
        segment(0xDD, &[&(self.restart_interval as u16).to_be_bytes()]);
        let mut scan = vec![self.sampling.len() as u8];
        scan.extend((1..=self.sampling.len() as u8).flat_map(|name| [name, 0x21]));
        segment(0xDA, &[&scan, &[0, 63, 0]]);
        jpeg.extend(self.entropy_coded());
        jpeg.extend([0xFF, 0xD9]);
        jpeg
    }

    fn entropy_coded(&self) -> Vec<u8> {
        let (dc_symbols, ac_symbols): (Vec<u8>, _) = ((0..12).collect(), ac_symbols());
        let mut writer = BitWriter::default();
        let mut predictions = vec![0; self.sampling.len()];
        let (columns, rows) = self.mcus();
        for mcu in 0..columns * rows {
            if self.restart_interval > 0 && mcu > 0 && mcu % self.restart_interval == 0 {
                writer.restart(mcu / self.restart_interval - 1);
                predictions.fill(0);
            }
            for (component, &(across, down)) in self.sampling.iter().enumerate() {
                for index in 0..across * down {
                    let column = mcu % columns * across + index % across;
                    let row = mcu / columns * down + index / across;
                    let block =
                        &self.blocks[component][row * self.block_counts(component).0 + column];
                    let difference = block[0] - predictions[component];
                    predictions[component] = block[0];
                    writer.put_symbol(&DC_COUNTS, &dc_symbols, size_of(difference) as u8);
                    writer.put_value(difference);
                    let mut run = 0;
                    for &value in &block[1..] {
                        if value == 0 {
                            run += 1;
                            continue;
                        }
                        while run > 15 {
                            writer.put_symbol(&AC_COUNTS, &ac_symbols, 0xF0);
                            run -= 16;
                        }
                        let size = size_of(value);
                        writer.put_symbol(&AC_COUNTS, &ac_symbols, ((run << 4) as u8) | size as u8);
                        writer.put_value(value);
                        run = 0;
                    }
                    if run > 0 {
                        writer.put_symbol(&AC_COUNTS, &ac_symbols, 0);
                    }
                }
            }
        }
        writer.fill_byte();
        writer.bytes
    }

    /// A component's pixels according to the definition of the transform, `side` for each 8.
    fn plane(&self, component: usize, side: usize) -> (usize, Vec<u8>) {
        let basis = |pixel: usize, index: usize| {
            let angle = (2 * pixel + 1) as f64 * index as f64 * PI / (2 * side) as f64;
            if index == 0 {
                1.0
            } else {
                SQRT_2 * angle.cos()
            }
        };
        let order = natural_order();
        let steps = Self::quantization(component);
        let (across, down) = self.block_counts(component);
        let stride = across * side;
        let mut plane = vec![0; stride * down * side];
        for (index, block) in self.blocks[component].iter().enumerate() {
            for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let mut sum = 128.0;
                for (index, &place) in order.iter().enumerate() {
                    let (row, column) = (place / 8, place % 8);
                    if row < side && column < side {
                        let value = f64::from(block[index]) * f64::from(steps[index]);
                        sum += value * basis(y, row) * basis(x, column) / 8.0;
                    }
                }
                let (row, column) = (index / across * side + y, index % across * side + x);
                plane[row * stride + column] = sum.round().clamp(0.0, 255.0) as u8;
            }
        }
        (stride, plane)
    }

    /// The picture according to the definition, as the resampler creates it from the planes.
    fn picture(&self, side: usize, window: &Window, width: usize, height: usize) -> Picture {
        let (most_across, most_down) = self.most();
        let mut sources = Vec::new();
        let mut planes = Vec::new();
        for (component, &(across, down)) in self.sampling.iter().enumerate() {
            let length = |pixels: f64, blocks: usize, most: usize| {
                pixels * (side * blocks) as f64 / (8 * most) as f64
            };
            let across = |pixels: f64| length(pixels, across, most_across);
            let down = |pixels: f64| length(pixels, down, most_down);
            let (stride, plane) = self.plane(component, side);
            sources.push(Source {
                window: window.map(across, down),
                width: across(self.width as f64).ceil() as usize,
                height: down(self.height as f64).ceil() as usize,
                stride,
                step: plane.len() / stride,
            });
            planes.push((stride, plane));
        }
        let colours = if planes.len() == 1 { Colours::Grey } else { Colours::YCbCr };
        let mut resampler = Resampler::new(&sources, colours, width, height);
        for ((stride, plane), target) in planes.iter().zip(&mut resampler.planes) {
            let (rows, target_stride) = target.next_rows();
            for (row, target) in
                plane.chunks_exact(*stride).zip(rows.chunks_exact_mut(target_stride))
            {
                target[..*stride].copy_from_slice(row);
            }
        }
        resampler.advance();
        resampler.into_picture()
    }
}

const MAX_PIXELS: u64 = 1 << 20;

fn decoded(jpeg: &[u8], width: usize, height: usize) -> Option<Decoded> {
    decode(jpeg, (width as u16, height as u16), Fit::Stretch, MAX_PIXELS, Damaged::Refuse)
}

/// Decodes the whole picture and parts of it at each scale, and compares with the definition.
fn check(sample: &Sample) {
    let jpeg = sample.encode();
    let fits = [1.0, 0.6, 0.05].map(|crop| Fit::Cover { crop });
    let cases = [1, 2, 4, 8]
        .into_iter()
        .flat_map(|side| [Fit::Stretch].into_iter().chain(fits).map(move |fit| (side, fit)));
    for (side, fit) in cases {
        let length = |pixels: usize| (pixels * side).div_ceil(8);
        let (width, height) = match fit {
            Fit::Stretch => (length(sample.width), length(sample.height)),
            Fit::Cover { .. } => (length(24), length(16)),
        };
        let wanted = (width as u16, height as u16);
        let window = fit.window((sample.width as u16, sample.height as u16), wanted);
        let scale = eighths_for(window.extent, wanted);
        let expected = sample.picture(scale.into(), &window, width, height);
        let name = format!(
            "{} x {} {:?} to {width} x {height}, {fit:?}",
            sample.width, sample.height, sample.sampling
        );
        let decoded = decode(&jpeg, (wanted.0, wanted.1), fit, MAX_PIXELS, Damaged::Refuse);
        let picture = decoded.expect(&name).picture;
        assert_eq!((picture.width, picture.height), (width, height), "{name}");
        assert_eq!(picture.channels, expected.channels, "{name}");
        // Rounding to integers, and its effect on colours.
        let tolerance = if sample.sampling.len() == 1 { 1 } else { 4 };
        for (index, (a, b)) in picture.samples.iter().zip(&expected.samples).enumerate() {
            assert!(a.abs_diff(*b) <= tolerance, "{name}: {a}, not {b} at {index}");
        }
    }
}

#[test]
fn every_sampling_at_every_scale() {
    let mut random = Random(1);
    let samplings: [&[(usize, usize)]; 9] = [
        &[(1, 1)],
        &[(1, 1), (1, 1), (1, 1)],
        &[(2, 2), (1, 1), (1, 1)],
        &[(2, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 1)],
        &[(4, 1), (1, 1), (1, 1)],
        &[(2, 2), (2, 1), (1, 2)],
        &[(2, 1), (2, 1), (2, 1)],
        &[(1, 1), (2, 2), (1, 1)],
    ];
    for sampling in samplings {
        for size in [(64, 48), (33, 65), (1, 1), (7, 40), (17, 9)] {
            check(&Sample::new(&mut random, size, sampling, 0));
        }
    }
}

#[test]
fn restart_markers() {
    let mut random = Random(2);
    for interval in [1, 2, 3, 5, 8, 100] {
        check(&Sample::new(&mut random, (70, 50), &[(2, 2), (1, 1), (1, 1)], interval));
        check(&Sample::new(&mut random, (70, 50), &[(1, 1)], interval));
    }
    // The only restart marker is missing, or is one that has come before.
    let jpeg = Sample::new(&mut random, (16, 8), &[(1, 1)], 1).encode();
    let marker = jpeg.windows(2).rposition(|bytes| bytes == [0xFF, 0xD0]).unwrap();
    for other in [0xD7, 0xD9, 0x00, 0xFF] {
        let mut wrong = jpeg.clone();
        wrong[marker + 1] = other;
        assert!(decoded(&jpeg, 16, 8).is_some_and(|decoded| !decoded.picture.is_damaged));
        assert!(decoded(&wrong, 16, 8).is_none(), "{other:02x}");
    }
}

/// Greyscale with 8 blocks per row and 6 rows, and the positions of its restart markers.
fn with_restarts(interval: usize) -> (Vec<u8>, Vec<usize>) {
    let jpeg = Sample::new(&mut Random(8), (64, 48), &[(1, 1)], interval).encode();
    let data = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap();
    let is_restart = |&at: &usize| jpeg[at] == 0xFF && (0xD0..0xD8).contains(&jpeg[at + 1]);
    let markers = (data..jpeg.len() - 1).filter(is_restart).collect();
    (jpeg, markers)
}

/// The pixels of each block.
fn blocks(picture: &Picture) -> Vec<Vec<u8>> {
    let place = |index: usize| (index % 8 * 8, index / 8 * 8);
    let row = |x: usize, y: usize| &picture.samples[64 * y + x..][..8];
    let block =
        |(x, y): (usize, usize)| (0..8).flat_map(|down| row(x, y + down)).copied().collect();
    (0..48).map(|index| block(place(index))).collect()
}

#[test]
fn restart_markers_are_resynchronized() {
    const INTERVAL: usize = 3;
    let (jpeg, markers) = with_restarts(INTERVAL);
    assert_eq!(markers.len(), 15);
    let sound = blocks(&decoded(&jpeg, 64, 48).unwrap().picture);
    let replaced = |index: usize, with: &[u8]| {
        let at = markers[index];
        [&jpeg[..at], with, &jpeg[at + 2..]].concat()
    };
    let number = |index: usize, more: usize| [0xFF, 0xD0 | ((index + more) % 8) as u8];
    // What replaces a marker, and which intervals have no pixels or wrong ones: only the one after
    // it, unless a marker is taken for the next one.
    type Change<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let changes: [(&str, Change<'_>, &[usize]); 5] = [
        ("lost", &|_| Vec::new(), &[1]),
        ("doubled", &|index| number(index, 0).repeat(2), &[1]),
        ("one ahead", &|index| number(index, 1).to_vec(), &[1, 2]),
        ("one behind", &|index| number(index, 7).to_vec(), &[1]),
        ("far off", &|index| number(index, 4).to_vec(), &[]),
    ];
    for (name, change, changed) in changes {
        for index in 0..markers.len() - 2 {
            let decoded = decoded(&replaced(index, &change(index)), 64, 48);
            let picture = decoded.unwrap_or_else(|| panic!("{name} at {index}")).picture;
            assert!(picture.is_damaged, "{name} at {index}");
            for (block, (pixels, sound)) in blocks(&picture).iter().zip(&sound).enumerate() {
                let behind = (block / INTERVAL).wrapping_sub(index);
                if !changed.contains(&behind) {
                    assert_eq!(pixels, sound, "{name} at {index}: block {block}");
                } else if behind == 1 {
                    assert_eq!(pixels, &[128; 64], "{name} at {index}: block {block}");
                }
            }
        }
    }
}

/// The part before the cut is unchanged, and the missing part is grey.
#[test]
fn what_there_is_of_a_cut_picture_is_decoded() {
    for interval in [0, 3] {
        let (jpeg, markers) = with_restarts(interval);
        let sound = blocks(&decoded(&jpeg, 64, 48).unwrap().picture);
        let data = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap() + 10;
        let mut last = 0;
        for length in data..jpeg.len() - 2 {
            for end in [&[][..], &[0xFF, 0xD9]] {
                let cut = [&jpeg[..length], end].concat();
                let picture = crate::salvage(&cut, 64, 48, Fit::Stretch, MAX_PIXELS).unwrap();
                // The last bits may be ones, which the general decoder adds after all data.
                if !picture.is_damaged {
                    assert!(length + 8 > jpeg.len(), "{length}");
                    continue;
                }
                let blocks = blocks(&picture);
                let is_sound = |(pixels, sound): (&Vec<u8>, &Vec<u8>)| pixels == sound;
                let whole = blocks.iter().zip(&sound).take_while(|&pair| is_sound(pair)).count();
                assert!(whole >= last, "{length}: {whole} blocks");
                last = whole.min(47);
                // One block may be partly complete.
                let missing = &blocks[(whole + 1).min(48)..];
                assert!(missing.iter().all(|pixels| pixels == &[128; 64]), "{length}");
            }
        }
        assert!(last >= 46 && (interval == 0) == markers.is_empty());
    }
}

/// If a part in the middle is missing, the pixels after it are at the right place again.
#[test]
fn restart_markers_keep_what_follows_damage() {
    let (jpeg, markers) = with_restarts(2);
    let sound = blocks(&decoded(&jpeg, 64, 48).unwrap().picture);
    let damaged = [&jpeg[..markers[4] + 3], &jpeg[markers[6] - 1..]].concat();
    assert!(decoded(&damaged, 64, 48).is_none());
    let picture = crate::salvage(&damaged, 64, 48, Fit::Stretch, MAX_PIXELS).unwrap();
    let blocks = blocks(&picture);
    assert_eq!(blocks[..10], sound[..10]);
    assert_eq!(blocks[14..], sound[14..]);
    assert!(picture.is_damaged);
}

#[test]
fn bits_that_mean_nothing_end_a_block() {
    let (mut jpeg, _) = with_restarts(0);
    let middle = jpeg.len() / 2 + 200;
    // Fifteen ones are a code, sixteen are not.
    jpeg.splice(middle..middle, [0xFF, 0, 0xFF, 0, 0xFF, 0]);
    assert!(decoded(&jpeg, 64, 48).is_none());
    let picture = crate::salvage(&jpeg, 64, 48, Fit::Stretch, MAX_PIXELS).unwrap();
    assert!(picture.is_damaged);
    assert_ne!(blocks(&picture)[47], [128; 64]);
}

#[test]
fn sound_pictures_are_not_damaged() {
    let mut random = Random(9);
    let sample = Sample::new(&mut random, (40, 24), &[(2, 1), (1, 1), (1, 1)], 2);
    let jpeg = sample.encode();
    for file in [&jpeg[..], &jpeg[..jpeg.len() - 2]] {
        let picture = crate::salvage(file, 10, 6, Fit::Stretch, MAX_PIXELS).unwrap();
        assert_eq!(Ok(&picture), crate::decode(&jpeg, 10, 6, Fit::Stretch, MAX_PIXELS).as_ref());
        assert!(!picture.is_damaged);
    }
    let headers = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap();
    for length in 0..headers {
        let cut = crate::salvage(&jpeg[..length], 10, 6, Fit::Stretch, MAX_PIXELS);
        assert_eq!(cut, crate::decode(&jpeg[..length], 10, 6, Fit::Stretch, MAX_PIXELS));
    }
}

#[test]
fn colours_are_those_that_the_general_decoder_takes() {
    let mut random = Random(10);
    let jpeg = Sample::new(&mut random, (16, 16), &[(1, 1); 3], 0).encode();
    let rgb = b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00";
    let jfif = b"\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00";
    let named = |names: &[u8; 3]| {
        let mut jpeg = jpeg.clone();
        let frame = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xC1]).unwrap() + 10;
        let scan = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap() + 5;
        for (index, &name) in names.iter().enumerate() {
            jpeg[frame + 3 * index] = name;
            jpeg[scan + 2 * index] = name;
        }
        jpeg
    };
    let with = |segment: &[u8], jpeg: &[u8]| [&jpeg[..2], segment, &jpeg[2..]].concat();
    let usual = decoded(&jpeg, 16, 16).unwrap().picture;
    let plain = decoded(&with(rgb, &jpeg), 16, 16).unwrap().picture;
    assert_ne!(usual, plain);
    let cases = [
        (named(&[0, 1, 2]), &usual),
        (named(&[1, 200, 3]), &usual),
        (named(b"RGB"), &plain),
        (with(jfif, &named(b"RGB")), &usual),
        (with(jfif, &with(rgb, &jpeg)), &usual),
    ];
    for (index, (file, expected)) in cases.into_iter().enumerate() {
        assert_eq!(&decoded(&file, 16, 16).unwrap().picture, expected, "case {index}");
        let general = decode_generally(&file, (16, 16), Fit::Stretch, MAX_PIXELS, Damaged::Refuse)
            .unwrap()
            .picture;
        let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 4;
        assert!(!general.samples.iter().zip(&expected.samples).any(far), "case {index}");
    }
}

#[test]
fn coefficients_of_every_size_and_run() {
    let mut random = Random(3);
    let mut sample = Sample::new(&mut random, (64, 64), &[(1, 1)], 0);
    for (index, block) in sample.blocks[0].iter_mut().enumerate() {
        block[1..].fill(0);
        // Each distance to the end in turn, and the end itself.
        block[63 - index % 63] = 1;
        block[0] = if index % 2 == 0 { 160 } else { -160 };
    }
    check(&sample);
    for (index, block) in sample.blocks[0].iter_mut().enumerate() {
        block.fill(0);
        let size = index as u32 % 10 + 1;
        block[1 + index % 60] = (1 << size) - 1;
        block[3 + index % 60] = -(1 << (size - 1));
    }
    check(&sample);
}

#[test]
fn pictures_are_turned_by_the_caller() {
    let mut random = Random(4);
    let mut sample = Sample::new(&mut random, (40, 16), &[(1, 1)], 0);
    sample.orientation = 6;
    let decoded = decoded(&sample.encode(), 16, 40).unwrap();
    assert_eq!(decoded.orientation, Orientation::Rotate90);
    assert_eq!((decoded.picture.width, decoded.picture.height), (40, 16));
}

#[test]
fn what_is_missing_is_noticed() {
    let mut random = Random(5);
    for interval in [0, 2] {
        let sample = Sample::new(&mut random, (40, 24), &[(2, 1), (1, 1), (1, 1)], interval);
        let jpeg = sample.encode();
        for length in 0..jpeg.len() {
            // A missing end marker has no effect.
            let is_taken = length >= jpeg.len() - 2;
            let cut = decoded(&jpeg[..length], 10, 6);
            assert_eq!(cut.is_some(), is_taken, "{length} of {}", jpeg.len());
            // An early end of the image is no better.
            let ended = [&jpeg[..length], &[0xFF, 0xD9]].concat();
            let whole = length == jpeg.len() - 2;
            // Half a marker may precede it.
            let almost = length == jpeg.len() - 1;
            if !almost {
                assert_eq!(decoded(&ended, 10, 6).is_some(), whole, "{length} of {}", jpeg.len());
            }
        }
    }
}

#[test]
fn other_kinds_are_given_back() {
    let mut random = Random(6);
    let sample = Sample::new(&mut random, (16, 16), &[(1, 1), (1, 1), (1, 1)], 0);
    let jpeg = sample.encode();
    let changed = |from: &[u8], to: &[u8]| {
        let at = jpeg.windows(from.len()).position(|bytes| bytes == from).unwrap();
        [&jpeg[..at], to, &jpeg[at + from.len()..]].concat()
    };
    assert!(decoded(&jpeg, 16, 16).is_some());
    assert!(
        decode(&jpeg, (16, 16), Fit::Stretch, 255, Damaged::Refuse).is_none(),
        "too many pixels"
    );
    let frame = [0xFF, 0xC1, 0, 17, 8];
    let scan = [0xFF, 0xDA, 0, 12, 3, 1, 0x21, 2, 0x21, 3, 0x21, 0, 63, 0];
    let cases: [(&str, &[u8], &[u8]); 14] = [
        ("baseline with a third code", &frame, &[0xFF, 0xC0, 0, 17, 8]),
        ("a step of zero", &[6, 6, 6, 3, 5], &[6, 6, 0, 3, 5]),
        ("the same name twice", &[2, 17, 3, 3, 17, 3], &[2, 17, 3, 2, 17, 3]),
        ("too many blocks", &[1, 17, 0, 2, 17, 3], &[1, 0x24, 0, 2, 0x24, 3]),
        ("progressive", &frame, &[0xFF, 0xC2, 0, 17, 8]),
        ("lossless", &frame, &[0xFF, 0xC3, 0, 17, 8]),
        ("arithmetic coding", &frame, &[0xFF, 0xC9, 0, 17, 8]),
        ("12 bits", &frame, &[0xFF, 0xC1, 0, 17, 12]),
        ("part of the block", &scan, &[0xFF, 0xDA, 0, 12, 3, 1, 0x21, 2, 0x21, 3, 0x21, 0, 5, 0]),
        ("part of the bits", &scan, &[0xFF, 0xDA, 0, 12, 3, 1, 0x21, 2, 0x21, 3, 0x21, 0, 63, 1]),
        ("part of the components", &scan, &[0xFF, 0xDA, 0, 8, 1, 1, 0x21, 0, 63, 0]),
        (
            "a table that is not there",
            &scan,
            &[0xFF, 0xDA, 0, 12, 3, 1, 1, 2, 0x21, 3, 0x21, 0, 63, 0],
        ),
        (
            "a second frame",
            &frame,
            &[&frame[..], &[0, 16, 0, 16, 3, 1, 17, 0, 2, 17, 0, 3, 17, 0], &frame].concat(),
        ),
        ("motion JPEG", &scan, &[b"\xFF\xE0\x00\x07AVI1\x00".as_slice(), &scan].concat()),
    ];
    for (name, from, to) in cases {
        assert!(decoded(&changed(from, to), 16, 16).is_none(), "{name}");
    }
    let followed = [&jpeg[..jpeg.len() - 2], &scan].concat();
    assert!(decoded(&followed, 16, 16).is_none(), "a second scan");
}

/// Damage is rejected, or decoded to a picture of the right size; nothing panics, hangs or is read
/// out of bounds.
#[test]
fn damage_does_no_harm() {
    let mut random = Random(7);
    let samplings: [&[(usize, usize)]; 3] = [&[(1, 1)], &[(1, 1); 3], &[(2, 2), (1, 1), (1, 1)]];
    let (mut refused, mut taken, mut salvaged) = (0, 0, 0);
    // WebAssembly is interpreted if there is no compiler.
    let rounds = if cfg!(target_family = "wasm") { 300 } else { 6000 };
    for round in 0..rounds {
        let size = (1 + random.below(60), 1 + random.below(60));
        let interval = random.below(4);
        let sample = Sample::new(&mut random, size, samplings[round % 3], interval);
        let mut jpeg = sample.encode();
        let data = jpeg.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap();
        for _ in 0..1 + random.below(3) {
            let first = if random.below(4) == 0 { 0 } else { data.min(jpeg.len() - 1) };
            let at = first + random.below(jpeg.len() - first);
            match random.below(5) {
                0 => jpeg[at] = random.below(256) as u8,
                1 => jpeg[at] ^= 1 << random.below(8),
                2 => jpeg[at] = 0xFF,
                3 => drop(jpeg.drain(at..(at + random.below(9)).min(jpeg.len()))),
                _ => {
                    let again = jpeg[at..(at + random.below(20)).min(jpeg.len())].to_vec();
                    jpeg.splice(at..at, again);
                }
            }
            if jpeg.is_empty() {
                jpeg.push(0);
            }
        }
        let wanted = [1, 3, 8, 30, 100][random.below(5)];
        let fit = [Fit::Stretch, Fit::Cover { crop: 0.875 }][random.below(2)];
        let made = decode(&jpeg, (wanted, wanted), fit, MAX_PIXELS, Damaged::Refuse);
        // The general decoder does not continue after wrong restart markers.
        let made = made.filter(|decoded| !decoded.picture.is_damaged);
        if let Some(Decoded { orientation, .. }) = made {
            let general =
                decode_generally(&jpeg, (wanted, wanted), fit, MAX_PIXELS, Damaged::Refuse);
            match general {
                Ok(general) => assert_eq!(orientation, general.orientation),
                // The general decoder requires the end marker.
                Err(Error(message)) => assert!(message.contains("truncated"), "{message}"),
            }
        }
        match crate::decode(&jpeg, wanted, wanted, fit, MAX_PIXELS) {
            Ok(picture) => {
                taken += 1;
                let side = usize::from(wanted);
                assert_eq!(picture.samples.len(), side * side * picture.channels.count());
            }
            Err(_) => {
                refused += 1;
                if let Ok(picture) = crate::salvage(&jpeg, wanted, wanted, fit, MAX_PIXELS) {
                    salvaged += 1;
                    assert!(picture.is_damaged);
                }
            }
        }
    }
    assert!(salvaged > refused / 4, "{salvaged} salvaged of {refused}");
    assert!(refused > rounds / 12 && taken > rounds / 12, "{refused} refused, {taken} taken");
}
