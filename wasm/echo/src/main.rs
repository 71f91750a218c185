//! Copies standard input to standard output: the guest for measuring what an invocation costs by itself.

use std::io;

fn main() -> io::Result<()> {
    io::copy(&mut io::stdin().lock(), &mut io::stdout().lock()).map(drop)
}
