//! Decodes a picture as the guests do, and counts the cost: loads and stores in the decoder's code,
//! and bytes that it allocates. Both are reproducible.

use jpeg::survey::Survey;
use picture::{Fit, Format};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    static ACCESSES: Cell<u64> = const { Cell::new(0) };
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
    static MOST_ALLOCATED: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with counters.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(taken: usize, given_back: usize) {
    let allocated = ALLOCATED.get().wrapping_add(taken as u64).wrapping_sub(given_back as u64);
    ALLOCATED.set(allocated);
    // Memory allocated by another thread may be freed here, so the count can fall below zero.
    if taken > given_back && (allocated as i64) > MOST_ALLOCATED.get() as i64 {
        MOST_ALLOCATED.set(allocated);
    }
    // Clearing it takes a store for each 16 bytes.
    ACCESSES.set(ACCESSES.get() + taken as u64 / 16);
}

// SAFETY: every call is forwarded unchanged to the system's allocator, as is its result.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller fulfils the contract of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

macro_rules! count_accesses {
    ($($name:ident)*) => {$(
        /// Called by the instrumented code before each load or store.
        #[no_mangle]
        pub extern "C" fn $name(_address: *const u8) {
            ACCESSES.set(ACCESSES.get() + 1);
        }
    )*};
}

count_accesses! {
    __sanitizer_cov_load1 __sanitizer_cov_load2 __sanitizer_cov_load4 __sanitizer_cov_load8
    __sanitizer_cov_load16 __sanitizer_cov_store1 __sanitizer_cov_store2 __sanitizer_cov_store4
    __sanitizer_cov_store8 __sanitizer_cov_store16
}

/// The cost of decoding a picture, and its limits.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Cost {
    accesses: u64,
    most_accesses: u64,
    allocated: u64,
    most_allocated: u64,
    is_refused: bool,
}

/// Like the guest's default limit, but small enough for many pictures per second.
const MAX_PIXELS: u64 = 1 << 17;

/// For wider pictures the decoder uses threads, which it does not have in WebAssembly. Their work
/// is not counted.
const MAX_WIDTH: u16 = 128;

/// Third-party decoders, by the names of their folders.
const CRATES: [&str; 8] = [
    "jpeg-decoder-",
    "/png-",
    "/image-webp-",
    "/gif-",
    "/weezl-",
    "/fdeflate-",
    "/miniz_oxide-",
    "/simd-adler32-",
];

/// Decodes the picture to a size that its last byte chooses. Returns false for a picture that is
/// skipped.
///
/// # Safety
///
///  `data` points to `size` bytes, `cost` to a writable [`Cost`].
#[no_mangle]
pub unsafe extern "C" fn picture_fuzz_decode(
    data: *const u8,
    size: usize,
    cost: *mut Cost,
) -> bool {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        panic::set_hook(Box::new(|information| {
            let file = information.location().map_or("", |location| location.file());
            // The guest treats a panic in third-party crates as a damaged picture. Our own crates
            // do not panic.
            if !CRATES.iter().any(|name| file.contains(name)) {
                eprintln!("Expected, and not so: no panic. {information}");
                std::process::abort();
            }
        }));
    });
    if size == 0 {
        return false;
    }
    // SAFETY: guaranteed by the caller.
    let (file, cost) = unsafe { (std::slice::from_raw_parts(data, size), &mut *cost) };
    match picture::format::known(file) {
        Some(Format::Jpeg) | None => decode_jpeg(file, cost),
        Some(_) => {
            decode_other(file, cost);
            true
        }
    }
}

/// The requested side and fit, which the last byte chooses.
fn wanted_of(file: &[u8]) -> (u16, Fit) {
    let last = usize::from(file[file.len() - 1]);
    let covers = [1.0, 0.875, 0.01].map(|crop| Fit::Cover { crop });
    let fits = [Fit::Stretch, covers[0], covers[1], covers[2]];
    ([1, 8, 24, 200][last % 4], fits[last / 4 % 4])
}

/// Whether damage is accepted, which the last byte also chooses.
fn is_salvaged(file: &[u8]) -> bool {
    file[file.len() - 1] / 16 % 2 == 1
}

/// Decodes the picture and counts the cost.
fn counted(file: &[u8]) -> Cost {
    let (side, fit) = wanted_of(file);
    ACCESSES.set(0);
    ALLOCATED.set(0);
    MOST_ALLOCATED.set(0);
    let decode = if is_salvaged(file) { picture::salvage } else { picture::decode };
    let result = panic::catch_unwind(|| decode(file, side, side, fit, MAX_PIXELS));
    Cost {
        accesses: ACCESSES.get(),
        allocated: MOST_ALLOCATED.get(),
        is_refused: !matches!(result, Ok(Ok(_))),
        ..Cost::default()
    }
}

/// PNG, WebP, GIF and BMP: their cost is bounded by the size of the file, and by the number of
/// pixels, which may be large even in a small file.
fn decode_other(file: &[u8], cost: &mut Cost) {
    let (side, _) = wanted_of(file);
    *cost = counted(file);
    let (width, height) = picture::size(file).unwrap_or_default();
    let sides = u64::from(side) * u64::from(side) + u64::from(width.max(height));
    let bytes = file.len() as u64;
    // Each row of the result is computed at the picture's full width before it is scaled down.
    let rows = u64::from(side) * u64::from(width.max(height));
    // A frame may be as large as any picture, whatever the size of its canvas.
    cost.most_accesses = 2_000_000 + 1024 * bytes + 128 * MAX_PIXELS + 64 * (sides + rows);
    cost.most_allocated = 1_000_000 + 512 * bytes + 16 * MAX_PIXELS + 64 * sides;
    if picture::format::known(file) == Some(Format::WebP) {
        // image-webp allocates memory for a partition of a lossy frame before it reads it: by a
        // 24-bit size.
        cost.most_allocated += 1 << 24;
    }
}

fn decode_jpeg(jpeg: &[u8], cost: &mut Cost) -> bool {
    let size = jpeg.len();
    let survey = Survey::of(jpeg);
    let (width, height) = survey.size().unwrap_or_default();
    if width > MAX_WIDTH {
        return false;
    }
    let (side, _) = wanted_of(jpeg);
    *cost = counted(jpeg);
    // The resampler computes weights for each pixel of a side, and for each pixel of the result.
    let sides = u64::from(side) * u64::from(side) + u64::from(width.max(height));
    let bytes = size as u64;
    let pixels = u64::from(width) * u64::from(height);
    let blocks = if pixels <= MAX_PIXELS { survey.blocks() } else { 0 };
    // Tables, each bit of the data, and the conversion of coefficients to pixels; then the work of
    // the general decoder within its limits.
    cost.most_accesses = 1_000_000 + 128 * bytes + 24 * 64 * blocks + 64 * sides;
    cost.most_allocated = 100_000 + 4 * bytes + 64 * (blocks + sides);
    if survey.check(MAX_PIXELS).is_ok() {
        // Also the zeros that may replace missing data at the ends of scans.
        cost.most_accesses += 4 * survey.work() + 64 * (64 << 10);
        cost.most_allocated += survey.memory(8);
    }
    if is_salvaged(jpeg) {
        // Both decoders may have tried and failed before the partial picture is accepted.
        cost.most_accesses *= 2;
    }
    true
}
