// Functions of host.mjs, imported under the name of this file. A 64-bit result is the address and length of bytes that the
// host has placed into memory allocated here (allocate), or negative if there are none.

export declare function log(text: usize, length: usize): void;
export declare function get(key: usize, keyLength: usize): i64;
export declare function set(key: usize, keyLength: usize, value: usize, valueLength: usize): void;
export declare function fetch(url: usize, urlLength: usize): i64;
