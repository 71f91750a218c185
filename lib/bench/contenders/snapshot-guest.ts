/** Exports that prepare: a dictionary of 200,000 words, the same with more memory. */
export type Preparation = 'dictionary' | 'fill64' | 'fill512';

/**
 * The guest of the workload, as WebAssembly text. `lookUp` finds nine words and writes to their
 * pages; `prepareAndLookUp` builds the dictionary first. A snapshot of `fill512` has 512 MiB of
 * nonzero memory.
 */
export const SNAPSHOT_GUEST_TEXT = `(module
  (memory (export "memory") 1)
  (func $slot (param $word i32) (result i32)
    (local $slot i32)
    (local.set $slot
      (i32.and
        (i32.shl (i32.mul (local.get $word) (i32.const 0x9e3779b1)) (i32.const 3))
        (i32.const 0x3ffff8)))
    (loop $next
      (if (i32.eqz (i32.load (local.get $slot))) (then (return (local.get $slot))))
      (if (i32.eq (i32.load (local.get $slot)) (local.get $word)) (then (return (local.get $slot))))
      (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 8)) (i32.const 0x3ffff8)))
      (br $next))
    (unreachable))
  (func $dictionary (export "dictionary")
    (local $word i32) (local $slot i32)
    (drop (memory.grow (i32.const 63)))
    (loop $next
      (local.set $word (i32.add (local.get $word) (i32.const 1)))
      (local.set $slot (call $slot (local.get $word)))
      (i32.store (local.get $slot) (local.get $word))
      (i32.store offset=4 (local.get $slot) (i32.mul (local.get $word) (local.get $word)))
      (br_if $next (i32.lt_u (local.get $word) (i32.const 200000)))))
  (func $lookUp (export "lookUp") (result i32)
    (local $word i32) (local $sum i32) (local $slot i32)
    (loop $next
      (local.set $word (i32.add (local.get $word) (i32.const 19937)))
      (local.set $slot (call $slot (local.get $word)))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $slot))))
      (i32.store offset=4 (local.get $slot) (i32.const 0))
      (br_if $next (i32.lt_u (local.get $word) (i32.const 180000))))
    (local.get $sum))
  (func (export "prepareAndLookUp") (result i32) (call $dictionary) (call $lookUp))
  (func $fill (param $mebibytes i32)
    (drop
      (memory.grow
        (i32.sub (i32.shl (local.get $mebibytes) (i32.const 4)) (memory.size))))
    (memory.fill (i32.const 0x400000) (i32.const 1)
      (i32.sub (i32.shl (local.get $mebibytes) (i32.const 20)) (i32.const 0x400000))))
  (func (export "fill64") (call $dictionary) (call $fill (i32.const 64)))
  (func (export "fill512") (call $dictionary) (call $fill (i32.const 512))))`;

/** The same, assembled. */
export const SNAPSHOT_GUEST = Buffer.from(
  'AGFzbQEAAAABEQRgAX8Bf2AAAGAAAX9gAX8AAwgHAAECAgMBAQUDAQABB0YGBm1lbW9yeQIACmRpY3Rpb25hcnkAAQZsb29r' +
    'VXAAAhBwcmVwYXJlQW5kTG9va1VwAAMGZmlsbDY0AAUHZmlsbDUxMgAGCuwBB0UBAX8gAEGx893xeWxBA3RB+P//AXEhAQNA' +
    'IAEoAgBFBEAgAQ8LIAEoAgAgAEYEQCABDwsgAUEIakH4//8BcSEBDAALAAszAQJ/QT9AABoDQCAAQQFqIQAgABAAIQEgASAA' +
    'NgIAIAEgACAAbDYCBCAAQcCaDEkNAAsLMgEDfwNAIABB4ZsBaiEAIAAQACECIAEgAigCBGohASACQQA2AgQgAEGg/gpJDQAL' +
    'IAELBgAQARACCyIAIABBBHQ/AGtAABpBgICAAkEBIABBFHRBgICAAmv8CwALCQAQAUHAABAECwkAEAFBgAQQBAs=',
  'base64',
);
