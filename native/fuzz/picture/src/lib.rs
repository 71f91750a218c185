//! Decodes a picture as the guests do, and counts what that costs: loads and stores
//! of the decoder's code, bytes that it has allocated. Both are the same each time.

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

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(taken: usize, given_back: usize) {
    let allocated = ALLOCATED.get().wrapping_add(taken as u64).wrapping_sub(given_back as u64);
    ALLOCATED.set(allocated);
    // What another thread allocated may be given back here, so that it goes below zero.
    if taken > given_back && (allocated as i64) > MOST_ALLOCATED.get() as i64 {
        MOST_ALLOCATED.set(allocated);
    }
    // Clearing it takes a store for each 16 bytes.
    ACCESSES.set(ACCESSES.get() + taken as u64 / 16);
}

// SAFETY: every call goes to the system's allocator unchanged, and its answer comes back unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
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

/// What decoding a picture cost, and what it may.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Cost {
    accesses: u64,
    most_accesses: u64,
    allocated: u64,
    most_allocated: u64,
    is_refused: bool,
}

/// As the guest's default, but small enough for many pictures a second.
const MAX_PIXELS: u64 = 1 << 17;

/// The decoder uses threads for wider pictures, which it has none of in WebAssembly. They are not
/// counted.
const MAX_WIDTH: u16 = 128;

/// The decoders that are not ours, by their folders' names.
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

/// Decodes the picture to a size that its last byte chooses. False for a picture that is not tried.
///
/// # Safety
/// `data` leads to `size` bytes, `cost` to a [`Cost`] that may be written.
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
            // The guest takes a panic of the crates for damage. Ours do not panic.
            if !CRATES.iter().any(|name| file.contains(name)) {
                eprintln!("Expected, and not so: no panic. {information}");
                std::process::abort();
            }
        }));
    });
    if size == 0 {
        return false;
    }
    // SAFETY: so the caller promises.
    let (file, cost) = unsafe { (std::slice::from_raw_parts(data, size), &mut *cost) };
    match picture::format::known(file) {
        Some(Format::Jpeg) | None => decode_jpeg(file, cost),
        Some(_) => {
            decode_other(file, cost);
            true
        }
    }
}

/// The wanted side, and what is shown, that the last byte chooses.
fn wanted_of(file: &[u8]) -> (u16, Fit) {
    let last = usize::from(file[file.len() - 1]);
    let covers = [1.0, 0.875, 0.01].map(|crop| Fit::Cover { crop });
    let fits = [Fit::Stretch, covers[0], covers[1], covers[2]];
    ([1, 8, 24, 200][last % 4], fits[last / 4 % 4])
}

/// Whether damage is accepted, which the last byte chooses as well.
fn is_salvaged(file: &[u8]) -> bool {
    file[file.len() - 1] / 16 % 2 == 1
}

/// Decodes, and counts what that cost.
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

/// PNG, WebP, GIF and BMP: what they cost is bounded by the file's bytes, and by the pixels that any small file may
/// have.
fn decode_other(file: &[u8], cost: &mut Cost) {
    let (side, _) = wanted_of(file);
    *cost = counted(file);
    let (width, height) = picture::size(file).unwrap_or_default();
    let sides = u64::from(side) * u64::from(side) + u64::from(width.max(height));
    let bytes = file.len() as u64;
    // Each row of the result is made as wide as the picture before it is made narrower.
    let rows = u64::from(side) * u64::from(width.max(height));
    // A frame may be as large as any picture, whatever its canvas.
    cost.most_accesses = 2_000_000 + 1024 * bytes + 128 * MAX_PIXELS + 64 * (sides + rows);
    cost.most_allocated = 1_000_000 + 512 * bytes + 16 * MAX_PIXELS + 64 * sides;
    if picture::format::known(file) == Some(Format::WebP) {
        // image-webp makes room for a partition of a lossy frame before it reads it: by a size of 24 bits.
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
    // Weights of the resampler are made for each pixel of a side, and for each of the result.
    let sides = u64::from(side) * u64::from(side) + u64::from(width.max(height));
    let bytes = size as u64;
    let pixels = u64::from(width) * u64::from(height);
    let blocks = if pixels <= MAX_PIXELS { survey.blocks() } else { 0 };
    // Tables, each bit of the data, and the way from coefficients to pixels; then what the general
    // decoder does within its bounds.
    cost.most_accesses = 1_000_000 + 128 * bytes + 24 * 64 * blocks + 64 * sides;
    cost.most_allocated = 100_000 + 4 * bytes + 64 * (blocks + sides);
    if survey.check(MAX_PIXELS).is_ok() {
        // And the zeros that may stand for missing data, at the ends of scans.
        cost.most_accesses += 4 * survey.work() + 64 * (64 << 10);
        cost.most_allocated += survey.memory(8);
    }
    if is_salvaged(jpeg) {
        // Each decoder may have tried, and failed, before it takes what there is.
        cost.most_accesses *= 2;
    }
    true
}
