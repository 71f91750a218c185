//! The guests' allocator: the memory for a picture is limited, and if memory is refused, the
//! process ends with a message, never with a trap.
//!
//! For most decoders, a picture's headers determine the memory, and are checked before. The
//! exception are the tables of a lossless WebP: 4 MB of them become 1.3 GB, whatever the picture's
//! size.

use crate::defence;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The count for the whole process.
static METER: Meter = Meter::new();

/// Runs `decode`, during which the process may allocate `bytes` more than it has; beyond that, it
/// ends with exit code 65. Only memory from an [`Allocator`] counts.
pub fn within<T>(bytes: u64, decode: impl FnOnce() -> T) -> T {
    METER.limit(bytes);
    let result = defence::while_decoding(decode);
    METER.lift();
    result
}

/// Counts bytes.
#[derive(Debug)]
struct Meter {
    taken: AtomicUsize,
    /// The number of bytes that may be allocated.
    most: AtomicUsize,
    /// The limit as specified.
    bytes: AtomicUsize,
}

impl Meter {
    const fn new() -> Self {
        Self {
            taken: AtomicUsize::new(0),
            most: AtomicUsize::new(usize::MAX),
            bytes: AtomicUsize::new(usize::MAX),
        }
    }

    /// From now on, `bytes` more may be allocated.
    fn limit(&self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.bytes.store(bytes, Ordering::Relaxed);
        let taken = self.taken.load(Ordering::Relaxed);
        self.most.store(taken.saturating_add(bytes), Ordering::Relaxed);
    }

    fn lift(&self) {
        self.most.store(usize::MAX, Ordering::Relaxed);
    }

    /// Counts `bytes` more. Returns the limit as an error if it is exceeded.
    fn take(&self, bytes: usize) -> Result<(), usize> {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.most.load(Ordering::Relaxed) {
            return Err(self.bytes.load(Ordering::Relaxed));
        }
        Ok(())
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The system's allocator. If the picture takes more than [`within`] allows, or the host refuses
/// memory, the process ends with exit code 65 (while decoding) or 70.
#[derive(Debug)]
pub struct Allocator;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn take(bytes: usize) {
    if let Err(limit) = METER.take(bytes) {
        defence::refuse(format_args!("the picture needs more than {limit} bytes of memory"));
    }
}

fn or_exit(pointer: *mut u8, bytes: usize) -> *mut u8 {
    if pointer.is_null() {
        let what = if defence::is_decoding() {
            "the picture takes more memory than the host's limit (memoryPages) allows"
        } else {
            "out of memory: the host's limit (memoryPages) is too low"
        };
        defence::refuse(format_args!("{what}: {bytes} more bytes were refused"));
    }
    pointer
}

// SAFETY: every call is passed to the system's allocator unchanged, and its result is returned
// unchanged.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller fulfils the contract of `GlobalAlloc`.
        or_exit(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        or_exit(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both exist while one is copied to the other.
        take(size);
        // SAFETY: as above.
        let moved = or_exit(unsafe { System.realloc(pointer, layout, size) }, size);
        METER.give_back(layout.size());
        moved
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        METER.give_back(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_counts_from_what_is_taken() {
        let meter = Meter::new();
        assert_eq!(meter.take(1000), Ok(()));
        meter.limit(10);
        assert_eq!(meter.take(10), Ok(()));
        meter.give_back(4);
        assert_eq!(meter.take(4), Ok(()));
        assert_eq!(meter.take(1), Err(10));
        meter.lift();
        assert_eq!(meter.take(1 << 30), Ok(()));
    }

    #[test]
    fn a_limit_may_be_beyond_all_memory() {
        let meter = Meter::new();
        meter.limit(u64::MAX);
        assert_eq!(meter.take(usize::MAX / 2), Ok(()));
    }
}
