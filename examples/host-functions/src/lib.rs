//! Counts visits with functions of its host: a log, a key-value store, HTTP requests.

use std::alloc::{alloc, Layout};

// Functions of `host.mjs`. A 64-bit result is the address and length of bytes that the host has placed into memory
// allocated here (`allocate`), or negative if there are none.
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn log(text: *const u8, length: usize);
    fn get(key: *const u8, key_length: usize) -> i64;
    fn set(key: *const u8, key_length: usize, value: *const u8, value_length: usize);
    fn fetch(url: *const u8, url_length: usize) -> i64;
}

/// For the host, which writes its results there.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    let layout = Layout::array::<u8>(length.max(1)).expect("a length that memory can have");
    // SAFETY: the layout is not empty.
    unsafe { alloc(layout) }
}

fn take(packed: i64) -> Option<String> {
    let packed = u64::try_from(packed).ok()?;
    let (address, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
    // SAFETY: the host has allocated and filled that many bytes there, and does not use them any more.
    let bytes = unsafe { Vec::from_raw_parts(address as *mut u8, length, length.max(1)) };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn value_of(key: &str) -> Option<String> {
    // SAFETY: the host reads that many bytes there before it returns, as with the functions below.
    take(unsafe { get(key.as_ptr(), key.len()) })
}

fn fetched(url: &str) -> Option<String> {
    take(unsafe { fetch(url.as_ptr(), url.len()) })
}

/// Fetches the page named in the store, counts the visit there, and returns the count.
#[unsafe(no_mangle)]
pub extern "C" fn visit() -> u32 {
    let url = value_of("url").expect("the store has a url");
    let page = fetched(&url).unwrap_or_else(|| "nothing".into());
    let visits = value_of("visits").and_then(|count| count.parse().ok()).unwrap_or(0) + 1;
    let count = visits.to_string();
    let line = format!("Rust found {page:?} on visit {visits}");
    unsafe {
        set("visits".as_ptr(), "visits".len(), count.as_ptr(), count.len());
        log(line.as_ptr(), line.len());
    }
    visits
}
