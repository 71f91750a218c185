//! Pictures made from known coefficients, by an encoder that follows the standard's flow charts
//! (ITU-T T.81, section G.1.2).

use super::*;
use crate::bit_writer::{size_of, BitWriter};
use crate::fast::transform::places;

/// Pseudo-random numbers, the same each time (xorshift).
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }
}

/// The codes of all samples.
trait Codes {
    /// Codes of 4 bits for the sizes of DC coefficients.
    fn size(&mut self, size: u32);

    /// Codes for the others: 8 bits for the first 100 symbols, 12 for the rest.
    fn symbol(&mut self, symbol: u32);
}

impl Codes for BitWriter {
    fn size(&mut self, size: u32) {
        self.put(size, 4);
    }

    fn symbol(&mut self, symbol: u32) {
        let index = (symbol >> 4) * 11 + (symbol & 15);
        if index < 100 {
            self.put(index, 8);
        } else {
            self.put((100 << 4) + index - 100, 12);
        }
    }
}

const WIDTH: u16 = 83;
const HEIGHT: u16 = 45;

struct Sample {
    /// Blocks per row and per column of an MCU.
    sampling: Vec<(usize, usize)>,
    restart_interval: usize,
    /// For each component: blocks per row, and its blocks row by row, with coefficients in the
    /// file's order.
    blocks: Vec<(usize, Vec<[i16; 64]>)>,
}

/// Components, the first and the last coefficient, the number of known bits, the number of bits
/// provided.
type Script<'a> = &'a [(&'a [usize], usize, usize, u32, u32)];

const USUAL: Script<'_> = &[
    (&[0, 1, 2], 0, 0, 0, 1),
    (&[0], 1, 5, 0, 2),
    (&[2], 1, 63, 0, 1),
    (&[1], 1, 63, 0, 1),
    (&[0], 6, 63, 0, 2),
    (&[0], 1, 63, 2, 1),
    (&[0, 1, 2], 0, 0, 1, 0),
    (&[2], 1, 63, 1, 0),
    (&[1], 1, 63, 1, 0),
    (&[0], 1, 63, 1, 0),
];

const GREY: Script<'_> =
    &[(&[0], 0, 0, 0, 0), (&[0], 1, 2, 0, 1), (&[0], 3, 63, 0, 0), (&[0], 1, 2, 1, 0)];

impl Sample {
    fn new(sampling: &[(usize, usize)], restart_interval: usize) -> Self {
        let mut numbers = Numbers(2_463_534_242);
        let mut sample = Self { sampling: sampling.to_vec(), restart_interval, blocks: Vec::new() };
        let (columns, rows) = sample.mcus();
        for &(across, down) in sampling {
            let count = columns * across * rows * down;
            let blocks = std::iter::repeat_with(|| {
                let mut block = [0; 64];
                block[0] = numbers.below(400) as i16 - 200;
                // Many are empty, so that ends of bands come in runs.
                let filled = [0, 0, 0, 3, 9, 60][numbers.below(6) as usize];
                for _ in 0..filled {
                    block[1 + numbers.below(63) as usize] = numbers.below(19) as i16 - 9;
                }
                block
            });
            sample.blocks.push((columns * across, blocks.take(count).collect()));
        }
        sample
    }

    fn most(&self) -> (usize, usize) {
        let most = |side: fn(&(usize, usize)) -> usize| self.sampling.iter().map(side).max();
        (most(|sampling| sampling.0).unwrap(), most(|sampling| sampling.1).unwrap())
    }

    fn mcus(&self) -> (usize, usize) {
        let (across, down) = self.most();
        (usize::from(WIDTH).div_ceil(8 * across), usize::from(HEIGHT).div_ceil(8 * down))
    }

    /// Columns and rows of a component in a separate scan.
    fn extent(&self, component: usize) -> (usize, usize) {
        let (most, own) = (self.most(), self.sampling[component]);
        let blocks =
            |pixels: u16, own: usize, most: usize| (usize::from(pixels) * own).div_ceil(8 * most);
        (blocks(WIDTH, own.0, most.0), blocks(HEIGHT, own.1, most.1))
    }

    fn encode(&self, script: Script<'_>) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        let mut segment = |marker: u8, payload: &[u8]| {
            file.extend([0xFF, marker]);
            file.extend((payload.len() as u16 + 2).to_be_bytes());
            file.extend(payload);
        };
        segment(0xDB, &[&[0][..], &[1; 64]].concat());
        let [h1, h0] = HEIGHT.to_be_bytes();
        let [w1, w0] = WIDTH.to_be_bytes();
        let mut frame = vec![8, h1, h0, w1, w0, self.sampling.len() as u8];
        for (&(across, down), name) in self.sampling.iter().zip(1..) {
            frame.extend([name, ((across << 4) | down) as u8, 0]);
        }
        segment(0xC2, &frame);
        let mut sizes = [0; 17];
        sizes[4] = 12;
        segment(0xC4, &sizes.into_iter().chain(0..12).collect::<Vec<u8>>());
        let mut symbols = [0; 17];
        (symbols[0], symbols[8], symbols[12]) = (0x10, 100, 76);
        let all = (0..16).flat_map(|run| (0..11).map(move |size| (run << 4) | size));
        segment(0xC4, &symbols.into_iter().chain(all).collect::<Vec<u8>>());
        segment(0xDD, &(self.restart_interval as u16).to_be_bytes());
        for &(components, first, last, high, low) in script {
            let mut header = vec![components.len() as u8];
            header.extend(components.iter().flat_map(|&index| [index as u8 + 1, 0]));
            header.extend([first as u8, last as u8, ((high << 4) | low) as u8]);
            let mut data = BitWriter::default();
            match (first, high) {
                (0, _) => self.means(&mut data, components, high, low),
                (_, 0) => self.band(&mut data, components[0], first..=last, low),
                _ => self.refinement(&mut data, components[0], first..=last, low),
            }
            data.fill_byte();
            file.extend([0xFF, 0xDA]);
            file.extend((header.len() as u16 + 2).to_be_bytes());
            file.extend(header);
            file.extend(data.bytes);
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    /// The blocks of a scan: MCU by MCU, with the index of each block's component.
    fn order(&self, components: &[usize]) -> Vec<Vec<(usize, &[i16; 64])>> {
        let block = |component: usize, row: usize, column: usize| {
            let (stride, blocks) = &self.blocks[component];
            (component, &blocks[row * stride + column])
        };
        if let &[component] = components {
            let (columns, rows) = self.extent(component);
            let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            return places.map(|(row, column)| vec![block(component, row, column)]).collect();
        }
        let (columns, rows) = self.mcus();
        let mut mcus = Vec::new();
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
        {
            let mut mcu = Vec::new();
            for &component in components {
                let (across, down) = self.sampling[component];
                for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
                    mcu.push(block(component, row * down + y, column * across + x));
                }
            }
            mcus.push(mcu);
        }
        mcus
    }

    /// Whether a restart marker precedes an MCU, and which.
    fn restarts(&self, mcu: usize) -> Option<usize> {
        let is_due = self.restart_interval > 0 && mcu > 0 && mcu % self.restart_interval == 0;
        is_due.then(|| mcu / self.restart_interval - 1)
    }

    fn means(&self, data: &mut BitWriter, components: &[usize], high: u32, low: u32) {
        let mut last = [0; 3];
        for (index, mcu) in self.order(components).into_iter().enumerate() {
            if let Some(number) = self.restarts(index) {
                data.restart(number);
                last = [0; 3];
            }
            for (component, block) in mcu {
                let mean = i32::from(block[0]) >> low;
                if high > 0 {
                    data.put(mean as u32 & 1, 1);
                    continue;
                }
                let difference = mean - std::mem::replace(&mut last[component], mean);
                data.size(size_of(difference));
                data.put_value(difference);
            }
        }
    }

    fn band(
        &self,
        data: &mut BitWriter,
        component: usize,
        band: std::ops::RangeInclusive<usize>,
        low: u32,
    ) {
        let mut ends = 0;
        for (index, mcu) in self.order(&[component]).into_iter().enumerate() {
            if let Some(number) = self.restarts(index) {
                put_ends(data, &mut ends, &mut Vec::new());
                data.restart(number);
            }
            let mut zeros = 0;
            for &coefficient in &mcu[0].1[band.clone()] {
                // Rounded towards zero.
                let value = i32::from(coefficient) / (1 << low);
                if value == 0 {
                    zeros += 1;
                    continue;
                }
                put_ends(data, &mut ends, &mut Vec::new());
                while zeros > 15 {
                    data.symbol(0xF0);
                    zeros -= 16;
                }
                data.symbol((zeros << 4) | (size_of(value)));
                data.put_value(value);
                zeros = 0;
            }
            if zeros > 0 {
                ends += 1;
            }
        }
        put_ends(data, &mut ends, &mut Vec::new());
    }

    fn refinement(
        &self,
        data: &mut BitWriter,
        component: usize,
        band: std::ops::RangeInclusive<usize>,
        low: u32,
    ) {
        // Blocks in which nothing new comes after the last value, and the correction bits of their
        // coefficients.
        let (mut ends, mut end_bits) = (0, Vec::new());
        for (index, mcu) in self.order(&[component]).into_iter().enumerate() {
            if let Some(number) = self.restarts(index) {
                put_ends(data, &mut ends, &mut end_bits);
                data.restart(number);
            }
            let values: Vec<i32> =
                mcu[0].1[band.clone()].iter().map(|&value| i32::from(value) / (1 << low)).collect();
            let last_new = values.iter().rposition(|value| value.abs() == 1);
            let (mut zeros, mut bits) = (0, Vec::new());
            for (position, value) in values.into_iter().enumerate() {
                if value == 0 {
                    zeros += 1;
                    continue;
                }
                while zeros > 15 && last_new.is_some_and(|last| position <= last) {
                    put_ends(data, &mut ends, &mut end_bits);
                    data.symbol(0xF0);
                    bits.drain(..).for_each(|bit| data.put(bit, 1));
                    zeros -= 16;
                }
                if value.abs() > 1 {
                    bits.push(value.unsigned_abs() & 1);
                    continue;
                }
                put_ends(data, &mut ends, &mut end_bits);
                data.symbol((zeros << 4) | 1);
                data.put(u32::from(value > 0), 1);
                bits.drain(..).for_each(|bit| data.put(bit, 1));
                zeros = 0;
            }
            if zeros > 0 || !bits.is_empty() {
                ends += 1;
                end_bits.append(&mut bits);
            }
        }
        put_ends(data, &mut ends, &mut end_bits);
    }

    /// The kept coefficients.
    fn kept<const SIDE: usize>(&self) -> Vec<Vec<i16>> {
        let places = places(SIDE);
        let plane = |(stride, blocks): &(usize, Vec<[i16; 64]>),
                     (columns, rows): (usize, usize)| {
            let mut kept = vec![0; SIDE * SIDE * blocks.len()];
            for (index, block) in blocks.iter().enumerate() {
                // Those that fill up the last MCUs only have their means.
                let is_seen = index % stride < columns && index / stride < rows;
                for (position, &value) in block.iter().enumerate() {
                    let place = usize::from(places[position]);
                    if place < SIDE * SIDE && (is_seen || position == 0) {
                        kept[SIDE * SIDE * index + place] = value;
                    }
                }
            }
            kept
        };
        let planes = self.blocks.iter().enumerate();
        planes.map(|(index, blocks)| plane(blocks, self.extent(index))).collect()
    }
}

/// Ends a band in this many blocks.
fn put_ends(data: &mut BitWriter, ends: &mut u32, bits: &mut Vec<u32>) {
    if *ends > 0 {
        let size = 31 - ends.leading_zeros();
        data.symbol(size << 4);
        data.put(*ends - (1 << size), size);
        *ends = 0;
    }
    bits.drain(..).for_each(|bit| data.put(bit, 1));
}

fn read<const SIDE: usize>(file: &[u8]) -> Option<Vec<Vec<i16>>> {
    let damaged = Damaged::Refuse;
    let (steps, is_whole) = steps(file, damaged)?;
    let frame = steps.iter().find(|step| step.marker == PROGRESSIVE)?;
    let frame = headers::frame(frame.payload, false)?;
    let colours = frame.colours(file)?;
    let file = File { frame: &frame, colours, steps: &steps, is_whole, damaged };
    let store = Store::<SIDE>::read(&file)?;
    Some(store.planes.into_iter().map(|plane| plane.kept).collect())
}

fn samples() -> Vec<(Sample, Script<'static>)> {
    let mut samples = Vec::new();
    for interval in [0, 1, 7] {
        for sampling in [[(1, 1); 3], [(2, 2), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)]] {
            samples.push((Sample::new(&sampling, interval), USUAL));
        }
        samples.push((Sample::new(&[(1, 1)], interval), GREY));
    }
    samples
}

#[test]
fn coefficients_are_those_of_the_picture() {
    for (sample, script) in samples() {
        let file = sample.encode(script);
        let name = format!("{:?}, {}", sample.sampling, sample.restart_interval);
        assert_eq!(read::<1>(&file), Some(sample.kept::<1>()), "{name}");
        assert_eq!(read::<2>(&file), Some(sample.kept::<2>()), "{name}");
        assert_eq!(read::<4>(&file), Some(sample.kept::<4>()), "{name}");
        assert_eq!(read::<8>(&file), Some(sample.kept::<8>()), "{name}");
        for wanted in [5, 20, 60, 200] {
            assert!(
                decode(&file, (wanted, wanted), Fit::Stretch, 1 << 20, Damaged::Refuse).is_some(),
                "{name}"
            );
        }
        assert!(
            decode(
                &file,
                (5, 5),
                Fit::Stretch,
                u64::from(WIDTH) * u64::from(HEIGHT) - 1,
                Damaged::Refuse
            )
            .is_none(),
            "{name}"
        );
    }
}

/// If nothing else is missing, all scans have come.
#[test]
fn the_end_marker_may_be_missing() {
    for (sample, script) in samples() {
        let file = sample.encode(script);
        let end = file.len() - 2;
        assert_eq!(read::<1>(&file[..end]), Some(sample.kept::<1>()));
        assert_eq!(read::<4>(&file[..end]), Some(sample.kept::<4>()));
        for missing in [1, 2, 10] {
            assert_eq!(read::<1>(&file[..end - missing]), None, "{missing}");
            assert_eq!(read::<8>(&file[..end - missing]), None, "{missing}");
        }
    }
}

#[test]
fn what_there_is_of_a_cut_picture_is_decoded() {
    let decoded = |file: &[u8]| crate::salvage(file, 60, 60, Fit::Stretch, 1 << 16);
    for (sample, script) in samples() {
        let file = sample.encode(script);
        let sound = decoded(&file).unwrap();
        assert!(!sound.is_damaged);
        let error = |picture: &Picture| {
            let differences = picture.samples.iter().zip(&sound.samples);
            differences.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
        };
        let first = file.windows(2).position(|bytes| bytes == [0xFF, 0xDA]).unwrap() + 20;
        let grey = Picture { samples: vec![128; sound.samples.len()], ..sound.clone() };
        let nothing = error(&grey);
        let mut errors = Vec::new();
        let mut unnoticed = 0;
        for length in (first..file.len() - 3).step_by(7) {
            let cut = decoded(&file[..length]).unwrap();
            unnoticed += usize::from(!cut.is_damaged);
            errors.push(error(&cut));
        }
        // A scan that is missing as a whole cannot be noticed.
        assert!(unnoticed < script.len(), "{unnoticed}");
        // The more there is, the better: in the end, only the end of a refinement scan is missing.
        assert!(errors[errors.len() / 2] < nothing / 2, "{errors:?} of {nothing}");
        assert!(errors.last() < errors.first(), "{errors:?}");
    }
}

#[test]
fn restart_markers_are_resynchronized() {
    let sample = Sample::new(&[(2, 2), (1, 1), (1, 1)], 7);
    let file = sample.encode(USUAL);
    let sound = read::<8>(&file).unwrap();
    let is_restart = |&at: &usize| file[at] == 0xFF && (0xD0..0xD8).contains(&file[at + 1]);
    let markers: Vec<usize> = (0..file.len() - 1).filter(is_restart).collect();
    for &at in &markers {
        let number = file[at + 1] & 7;
        let with = |marker: &[u8]| [&file[..at], marker, &file[at + 2..]].concat();
        // With a number that is far off, it is taken for the missing one.
        assert_eq!(read::<8>(&with(&[0xFF, 0xD0 | (number ^ 4)])), Some(sound.clone()), "{at}");
        let doubled = with(&[0xFF, 0xD0 | number, 0xFF, 0xD0 | number]);
        for (name, file) in [("lost", with(&[])), ("doubled", doubled)] {
            let damaged = crate::salvage(&file, 90, 90, Fit::Stretch, 1 << 16).unwrap();
            assert!(damaged.is_damaged, "{name} at {at}");
            // After the last one of a scan, there is none from which to continue.
            if let Some(planes) = read::<8>(&file) {
                let pairs = planes.iter().flatten().zip(sound.iter().flatten());
                let others = pairs.filter(|(a, b)| a != b).count();
                assert!(others < 64 * 7 * 6 * 2, "{name} at {at}: {others}");
            }
        }
    }
    let is_taken = |&&at: &&usize| read::<8>(&[&file[..at], &file[at + 2..]].concat()).is_some();
    let taken: Vec<_> = markers.iter().filter(is_taken).collect();
    // All except the last of each scan, or more if they depend on one that was lost before.
    assert!(taken.len() >= markers.len() - USUAL.len(), "{taken:?} of {markers:?}");
}

#[test]
fn what_a_size_does_not_need_is_passed_over() {
    let (sample, script) = samples().remove(1);
    let mut file = sample.encode(script);
    // The last scan, which does not have the means, becomes invalid.
    let last = file.windows(2).rposition(|bytes| bytes == [0xFF, 0xDA]).unwrap();
    let end = file.len() - 2;
    file[last + 10..end].fill(0x55);
    assert_eq!(read::<1>(&file), Some(sample.kept::<1>()));
    assert_ne!(read::<2>(&file), Some(sample.kept::<2>()));
}

#[test]
fn damage_does_no_harm() {
    let mut numbers = Numbers(1_234_567);
    for (sample, script) in samples() {
        let file = sample.encode(script);
        for round in 0..300 {
            let mut damaged = file.clone();
            for _ in 0..1 + round % 4 {
                let place = numbers.below(damaged.len() as u32) as usize;
                damaged[place] = numbers.below(256) as u8;
            }
            damaged.truncate(damaged.len() - numbers.below(20) as usize);
            let wanted = [4, 16, 60, 90][round % 4];
            if let Some(decoded) = decode(
                &damaged,
                (wanted, wanted),
                Fit::Cover { crop: 0.875 },
                1 << 16,
                Damaged::Refuse,
            ) {
                assert_eq!(decoded.picture.width, usize::from(wanted));
            }
        }
    }
}
