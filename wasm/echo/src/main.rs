//! Copies standard input to standard output: the guest for measuring the cost of an invocation
//! itself.

use std::io;

fn main() -> io::Result<()> {
    io::copy(&mut io::stdin().lock(), &mut io::stdout().lock()).map(drop)
}
