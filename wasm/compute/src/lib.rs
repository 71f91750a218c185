//! Seven compute-only kernels for the benchmark: the same source as a guest in WasmEdge, as a guest
//! in V8, and as native code. Each takes an amount of work, and returns a checksum that is the same
//! everywhere, so that no work can be skipped and wrong code is noticed. None calls the host.

mod hash_map;
mod matrix_product;
mod n_body;
mod random;
mod recursion;
mod sha256;
mod sort;
mod text;

/// A kernel: maps an amount of work to the checksum.
pub type Kernel = extern "C" fn(u32) -> u32;

/// Every kernel, with the name of its export.
pub const KERNELS: [(&str, Kernel); 7] = [
    ("n_body", n_body),
    ("matrix_product", matrix_product),
    ("sha256", sha256),
    ("sort", sort),
    ("hash_map", hash_map),
    ("recursion", recursion),
    ("text", text),
];

/// Moves five planets by `steps` hundredths of a day; the checksum is their energy.
#[no_mangle]
pub extern "C" fn n_body(steps: u32) -> u32 {
    checksum(n_body::energy_after(steps).to_bits())
}

/// Multiplies two matrices of `size` × `size` f32.
#[no_mangle]
pub extern "C" fn matrix_product(size: u32) -> u32 {
    matrix_product::checksum_of_product(size as usize)
}

/// Hashes `kibibytes` KiB with SHA-256; the checksum is the digest's first four bytes, big-endian.
#[no_mangle]
pub extern "C" fn sha256(kibibytes: u32) -> u32 {
    let bytes = random::bytes(kibibytes as usize * 1024);
    sha256::digest(&bytes)[0]
}

/// Sorts `count` random u32.
#[no_mangle]
pub extern "C" fn sort(count: u32) -> u32 {
    sort::checksum_of_sorted(count as usize)
}

/// Puts `count` random keys into a hash map, and looks them up together with as many absent ones.
#[no_mangle]
pub extern "C" fn hash_map(count: u32) -> u32 {
    hash_map::checksum_of_map(count)
}

/// The `n`th Fibonacci number, by its definition.
#[no_mangle]
pub extern "C" fn recursion(n: u32) -> u32 {
    recursion::fibonacci(n)
}

/// Counts how often each word of a text occurs.
#[no_mangle]
pub extern "C" fn text(words: u32) -> u32 {
    text::checksum_of_counts(words as usize)
}

fn checksum(bits: u64) -> u32 {
    (bits ^ (bits >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest, and native code for another processor, must have the same results.
    #[test]
    fn checksums_do_not_change() {
        let sizes = [10, 16, 1, 1000, 1000, 15, 1000];
        let checksums: Vec<u32> =
            KERNELS.iter().zip(sizes).map(|(&(_, kernel), size)| kernel(size)).collect();
        assert_eq!(
            checksums,
            [
                4_072_071_323,
                801_473_032,
                1_015_287_562,
                4_177_435_720,
                118_072_920,
                610,
                3_251_868_764
            ]
        );
    }
}
