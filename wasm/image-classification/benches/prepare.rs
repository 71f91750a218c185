//! How long a photograph takes to become the model's input, step by step.

use image_classification::app;
use image_classification::decode::decode;
use image_classification::model::{ElementType, Input, Normalize};
use image_classification::picture::Channels;
use image_classification::resize::resize;
use std::hint::black_box;
use std::time::Instant;
fn time(name: &str, reps: usize, mut f: impl FnMut()) {
    let mut t: Vec<f64> = (0..reps)
        .map(|_| {
            let s = Instant::now();
            f();
            s.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    t.sort_by(f64::total_cmp);
    println!("{name:40} min {:.3} median {:.3}", t[0], t[reps / 2]);
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let reps: usize = args[1].parse().unwrap();
    let side: u16 = args[2].parse().unwrap();
    for path in &args[3..] {
        let jpeg = std::fs::read(path).unwrap();
        let input = Input {
            shape: vec![1, side.into(), side.into(), 3],
            height: side,
            width: side,
            channels: Channels::Rgb,
            element_type: ElementType::Uint8,
            normalize: Normalize::default(),
        };
        time("prepare", reps, || {
            black_box(app::prepare(&jpeg, &input, 50_000_000).unwrap());
        });
        time("decode", reps, || {
            black_box(decode(&jpeg, side, side, 50_000_000).unwrap());
        });
        let picture = decode(&jpeg, side, side, 50_000_000).unwrap().picture;
        time("resize", reps, || {
            black_box(resize(picture.clone(), side.into(), side.into()));
        });
    }
}
