// What host.mjs gives, imported under the name of this file. A result of 64 bits is an address and a length of bytes that the
// host has placed into memory of ours (allocate), or negative where there are none.

export declare function log(text: usize, length: usize): void;
export declare function get(key: usize, keyLength: usize): i64;
export declare function set(key: usize, keyLength: usize, value: usize, valueLength: usize): void;
export declare function fetch(url: usize, urlLength: usize): i64;
