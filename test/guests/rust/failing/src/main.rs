//! Test guest: fails in the way given by its argument.
//!
//! Each way is called through a pointer that no compiler can see through, so its function is not
//! inlined and its name appears in the stack of the failure. The same holds for methods.

use std::cell::RefCell;
use std::env;
use std::hint::black_box;
use std::io::{self, Write};
use std::process;
use std::thread;
use std::time::Duration;

mod picture {
    //! Names as in real programs: of methods, traits and generic types.

    use std::fmt::LowerHex;

    pub(crate) trait Decode {
        fn decode(&self) -> u64;
    }

    pub(crate) struct Marker<T>(pub(crate) T);

    impl<T: Copy + LowerHex> Marker<T> {
        pub(crate) fn find(&self) -> u64 {
            panic!("no such marker: {:#x}\nin the second line", self.0)
        }
    }

    pub(crate) struct Lossless;

    impl Decode for Lossless {
        fn decode(&self) -> u64 {
            let symbols: Option<u64> = std::hint::black_box(None);
            symbols.expect("a table of symbols")
        }
    }
}

use picture::{Decode, Lossless, Marker};

type Failure = fn(u64) -> u64;

const FAILURES: &[(&str, Failure)] = &[
    ("panic", |at| call_of(Marker::find, &Marker(at as u32 + 0xd8))),
    ("expect", |_| call_of(Decode::decode, &Lossless)),
    ("index", index),
    ("borrow", borrow),
    ("abort", abort),
    ("recurse", recurse),
    ("spin", spin),
    ("sleep", sleep),
    ("memory", memory),
    ("output", output),
    ("exit", exit),
];

fn call(failure: Failure, at: u64) -> u64 {
    black_box(failure)(at).wrapping_add(1)
}

fn call_of<T>(method: fn(&T) -> u64, of: &T) -> u64 {
    black_box(method)(of).wrapping_add(1)
}

fn index(at: u64) -> u64 {
    black_box([3_u64, 4, 5])[black_box(at as usize + 3)]
}

fn borrow(_: u64) -> u64 {
    let cell = RefCell::new(0_u64);
    let first = black_box(&cell).borrow_mut();
    let second = black_box(&cell).borrow_mut();
    *first + *second
}

fn abort(_: u64) -> u64 {
    process::abort()
}

fn recurse(at: u64) -> u64 {
    // Without memory, whose part for the stack would be used up first.
    if at == u64::MAX {
        return 0;
    }
    recurse(at + 1).wrapping_mul(3) ^ at
}

fn spin(_: u64) -> u64 {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

fn sleep(_: u64) -> u64 {
    thread::sleep(Duration::from_secs(600));
    0
}

fn memory(_: u64) -> u64 {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn output(_: u64) -> u64 {
    loop {
        // A closed stream has the same effect as a full one.
        let _ = io::stdout().write_all(&[b'x'; 4096]);
        let _ = io::stdout().flush();
    }
}

fn exit(_: u64) -> u64 {
    process::exit(3)
}

fn main() {
    let wanted = env::args().nth(1).unwrap_or_default();
    let Some((_, failure)) = FAILURES.iter().find(|(name, _)| *name == wanted) else {
        eprintln!("no failure {wanted}");
        process::exit(64);
    };
    println!("{}", call(*failure, 0));
}
