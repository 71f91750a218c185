//! How long it takes to decode photographs to pictures of a wanted size: with the decoder made for
//! this, and with the general one (decoding at a smaller scale, then resizing). Both take turns, so
//! that other work on the machine affects both alike.
//!
//!     decode [SIDE [RUNS [made|general|both [CROP]]]] < photograph.jpg
//!
//! With CROP (above 0, at most 1) the middle of the picture is shown, otherwise all of it,
//! stretched.

use jpeg::{general, Damaged, Fit};
use std::hint::black_box;
use std::io::{self, Read as _};
use std::time::Instant;

const MAX_PIXELS: u64 = 50_000_000;

fn main() -> io::Result<()> {
    // cargo adds --bench.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let number = |index: usize, default| {
        arguments.get(index).map_or(default, |text| text.parse().expect("a number is expected"))
    };
    let (side, runs) = (number(0, 192), number(1, 300));
    let only = arguments.get(2).filter(|only| *only != "both");
    let fit = arguments.get(3).map_or(Fit::Stretch, |crop| Fit::Cover {
        crop: crop.parse().expect("a share is expected"),
    });

    let mut file = Vec::new();
    io::stdin().read_to_end(&mut file)?;
    let made = || {
        black_box(
            jpeg::decode(&file, side, side, fit, MAX_PIXELS).expect("a sound JPEG is expected"),
        );
    };
    let general = || {
        let decoded = general::decode_to(&file, (side, side), fit, MAX_PIXELS, Damaged::Refuse);
        black_box(decoded.expect("a sound JPEG is expected"));
    };
    let wanted = |name| only.is_none_or(|only| only == name);
    let ways = [("made", &made as &dyn Fn()), ("general", &general)];
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for ((name, way), times) in ways.into_iter().zip(&mut times) {
            if wanted(name) {
                let start = Instant::now();
                way();
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    for ((name, _), mut times) in ways.into_iter().zip(times) {
        times.sort_by(f64::total_cmp);
        if let [minimum, ..] = times[..] {
            println!("{name}: minimum {minimum:.3} ms, median {:.3} ms", times[times.len() / 2]);
        }
    }
    Ok(())
}
