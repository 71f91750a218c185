//! Real and hostile JPEG files in the sample data folder (`WASMEDGE_EMBED_DATA`, by default
//! `shared/data` beside the repository). Without it these tests are skipped, or fail if
//! `WASMEDGE_EMBED_DATA_REQUIRED` is set.

use jpeg::resize::resize;
use jpeg::{fast, general, Channels, Damaged, Error, Fit, Picture};
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const MAX_PIXELS: u64 = 50_000_000;

fn files(folder: &str) -> Vec<PathBuf> {
    let root = env::var_os("WASMEDGE_EMBED_DATA").map_or_else(
        // Tests run in the folder of their package, in whichever clone they were compiled.
        || env::current_dir().unwrap().join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join(folder);
    let Ok(entries) = fs::read_dir(&path) else {
        let required = env::var_os("WASMEDGE_EMBED_DATA_REQUIRED").is_some();
        assert!(!required, "{} is missing and WASMEDGE_EMBED_DATA_REQUIRED is set", path.display());
        // Not eprintln!, which is hidden for tests that pass.
        let _ = writeln!(io::stderr(), "skipped: {} is missing", path.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", path.display());
    paths
}

/// Red, green and blue of the picture at `side` × `side` pixels.
fn decode(path: &Path, side: u16) -> Result<Vec<u8>, Error> {
    let picture = jpeg::decode(&fs::read(path).unwrap(), side, side, Fit::Stretch, MAX_PIXELS)?;
    Ok(match picture.channels {
        Channels::Rgb => picture.samples,
        Channels::Grey => picture.samples.into_iter().flat_map(|grey| [grey; 3]).collect(),
    })
}

#[test]
fn photographs_are_decoded() {
    for path in files("photos") {
        for side in [96, 128, 192, 224] {
            let bytes =
                decode(&path, side).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(bytes.len(), 3 * usize::from(side) * usize::from(side));
            let mean = bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>() / bytes.len() as u64;
            assert!((30..225).contains(&mean), "{}: mean {mean}", path.display());
        }
    }
}

/// Decoding at a smaller scale changes little: the picture is the same.
#[test]
fn scaled_decoding_stays_close_to_the_whole_picture() {
    for path in files("photos") {
        // 1536 is larger than all of these photographs, so they are decoded at full size and
        // reduced explicitly.
        let whole = decode(&path, 1536).unwrap();
        let small = decode(&path, 96).unwrap();
        let mut difference = 0;
        for (index, &byte) in small.iter().enumerate() {
            let (pixel, channel) = (index / 3, index % 3);
            let (x, y) = (pixel % 96 * 16, pixel / 96 * 16);
            let area = (0..256).map(|i| whole[((y + i / 16) * 1536 + x + i % 16) * 3 + channel]);
            let mean = area.map(u32::from).sum::<u32>() / 256;
            difference += mean.abs_diff(u32::from(byte));
        }
        let mean = f64::from(difference) / small.len() as f64;
        assert!(mean < 8.0, "{}: mean difference {mean}", path.display());
    }
}

/// The mean and the maximum difference of two pictures of the same size.
fn difference(a: &Picture, b: &Picture) -> (f64, u8) {
    assert_eq!((a.width, a.height, a.channels), (b.width, b.height, b.channels));
    let differences = a.samples.iter().zip(&b.samples).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = differences.clone().map(f64::from).sum();
    (sum / a.samples.len() as f64, differences.max().unwrap())
}

/// What the decoder for common JPEGs accepts, the general one accepts as well, and the pictures are
/// the same apart from rounding and from how colours with a lower resolution are enlarged.
#[test]
fn the_two_decoders_agree() {
    for path in
        ["photos", "jpegs/valid", "jpegs/odd", "jpegs/malformed"].into_iter().flat_map(files)
    {
        let jpeg = fs::read(&path).unwrap();
        let name = path.display();
        if fast::decode(&jpeg, (8, 8), Fit::Stretch, MAX_PIXELS, Damaged::Refuse).is_none() {
            // One photograph is progressive; the others must be accepted.
            let taken = path.parent().is_some_and(|folder| folder.ends_with("photos"));
            assert!(!taken || path.ends_with("cats_and_dogs.jpg"), "{name}");
            continue;
        }
        let whole =
            general::decode(&jpeg, (u16::MAX, u16::MAX), Fit::Stretch, MAX_PIXELS, Damaged::Refuse)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (width, height) = (whole.picture.width, whole.picture.height);
        let (width, height) =
            if whole.orientation.swaps_sides() { (height, width) } else { (width, height) };
        let sides = (width, height);
        let (stretch, cover) = (Fit::Stretch, Fit::Cover { crop: 0.875 });
        let stretched = [sides, (192, 192), (224, 224), (96, 96)].map(|sides| (sides, stretch));
        let covered = [(224, 224), (96, 192)].map(|sides| (sides, cover));
        for ((width, height), fit) in stretched.into_iter().chain(covered) {
            let made = fast::decode(
                &jpeg,
                (width as u16, height as u16),
                fit,
                MAX_PIXELS,
                Damaged::Refuse,
            )
            .unwrap();
            let general = general::decode(
                &jpeg,
                (width as u16, height as u16),
                fit,
                MAX_PIXELS,
                Damaged::Refuse,
            )
            .unwrap();
            assert_eq!(made.orientation, general.orientation);
            let general =
                resize(general.picture, &general.window, made.picture.width, made.picture.height);
            // Enlarging a few pixels greatly shows where the decoders place their colours.
            if (width, height) == sides || sides.0.min(sides.1) >= 32 {
                let (mean, largest) = difference(&made.picture, &general);
                let name = format!("{name} at {width} x {height}, {fit:?}");
                // A part is enlarged more, which shows more of where they place their colours.
                let most = if fit == Fit::Stretch { 2.0 } else { 2.5 };
                assert!(mean < most && largest < 64, "{name}: mean {mean:.2}, largest {largest}");
            }
        }
    }
}

#[test]
fn valid_files_are_decoded() {
    // "Valid" is another reader's opinion: these have damage that this decoder does not accept, the
    // last one truncated data.
    let damaged = [
        "jd-22822b8d-subtract-with-overflow.jpg",
        "ljt-32176e64-turbo-dht.jpg",
        "jd-94f3270e-dc-predictor-overflow.jpg",
    ];
    for path in files("jpegs/valid") {
        let expected = !damaged.iter().any(|name| path.ends_with(name));
        for side in [1, 33, 224] {
            // For a progressive picture, small sizes skip what is damaged.
            if expected || side == 224 {
                assert_eq!(decode(&path, side).is_ok(), expected, "{} at {side}", path.display());
            }
        }
    }
}

#[test]
fn malformed_files_are_refused() {
    for path in files("jpegs/malformed") {
        // This one only lacks the end marker.
        let is_whole = path.ends_with("pil-9a83b18b-truncated_jpeg.jpg");
        assert_eq!(decode(&path, 224).is_ok(), is_whole, "{}", path.display());
    }
}

#[test]
fn odd_files_are_decoded_or_refused() {
    for path in files("jpegs/odd") {
        match decode(&path, 192) {
            Ok(bytes) => assert_eq!(bytes.len(), 192 * 192 * 3),
            Err(error) => assert_ne!(error.to_string(), "", "{}", path.display()),
        }
    }
}
