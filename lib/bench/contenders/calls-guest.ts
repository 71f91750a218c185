/** The callee: an export called by the host, or a host function called by the guest. */
export type CallsKind = 'instance-call' | 'host-call';

/** Calls in one timed invocation. */
export const CALLS = 1000;

/**
 * The guests of these workloads, as WebAssembly text. Their functions take nothing and return 0, as
 * Extism requires, so all contenders run the same module.
 */
export const GUEST_TEXTS: Readonly<Record<CallsKind, string>> = {
  'instance-call': `(module
  (memory (export "memory") 1)
  (func (export "nothing") (result i32) (i32.const 0)))`,
  'host-call': `(module
  (import "env" "nothing" (func $nothing))
  (memory (export "memory") 1)
  (func (export "thousand") (result i32)
    (local $left i32)
    (local.set $left (i32.const ${CALLS}))
    (loop $again
      (call $nothing)
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.const 0)))`,
};

/** The same, assembled. */
export const GUESTS: Readonly<Record<CallsKind, Buffer>> = {
  'instance-call': Buffer.from(
    'AGFzbQEAAAABBQFgAAF/AwIBAAUDAQABBxQCBm1lbW9yeQIAB25vdGhpbmcAAAoGAQQAQQAL',
    'base64',
  ),
  'host-call': Buffer.from(
    'AGFzbQEAAAABCAJgAABgAAF/Ag8BA2Vudgdub3RoaW5nAAADAgEBBQMBAAEHFQIGbWVtb3J5AgAIdGhvdXNhbmQAAQobARkBAX9B6AchAANAEAAgAEEBayIADQALQQAL',
    'base64',
  ),
};
