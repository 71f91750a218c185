//! Decodes pictures and writes the results to standard output: for each, a line with width, height
//! and channels, then the samples. For comparison with other decoders.
//!
//!     decode FILE [WIDTH HEIGHT]

use picture::Fit;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let file = fs::read(arguments.first().ok_or("usage: decode FILE [WIDTH HEIGHT]")?)?;
    let (width, height) = match &arguments[1..] {
        [width, height] => (width.parse()?, height.parse()?),
        _ => picture::size(&file)?,
    };
    let start = Instant::now();
    let picture = picture::salvage(&file, width, height, Fit::Stretch, u64::MAX)?;
    eprintln!("{:.3} ms", start.elapsed().as_secs_f64() * 1e3);
    let mut output = io::stdout().lock();
    writeln!(output, "{} {} {}", picture.width, picture.height, picture.channels.count())?;
    output.write_all(&picture.samples)?;
    Ok(())
}
