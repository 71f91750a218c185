/**
 * A guest's memory, seen from outside. Every operation is a promise, since the guest may live in
 * another process. Addresses and lengths are integers of 32 bits; what a guest passes as a negative
 * i32 is taken by its unsigned reading. A range that is not inside the memory is
 * ERR_INVALID_ARGUMENT, and nothing of it is read or written.
 */
export interface GuestMemory {
  /**
   * A copy of some bytes.
   *
   * @param address Of the first byte.
   * @param length How many.
   */
  read(address: number, length: number): Promise<Buffer>;
  /**
   * Writes bytes. Up to 1 MiB are copied before this returns; more must not change until the promise
   * settles.
   *
   * @param address Of the first byte.
   * @param bytes What is written.
   */
  write(address: number, bytes: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Promise<void>;
  /**
   * Reads UTF-8; what is none becomes U+FFFD.
   *
   * @param address Of the first byte.
   * @param length In bytes.
   */
  readString(address: number, length: number): Promise<string>;
  /**
   * Writes UTF-8, without a NUL behind it.
   *
   * @param address Of the first byte.
   * @param text What is written.
   * @returns How many bytes that were.
   */
  writeString(address: number, text: string): Promise<number>;
  /** Its size in bytes, a multiple of 65,536; 0 where the guest has no memory. */
  byteLength(): Promise<number>;
  /**
   * Makes it larger, up to `limits.memoryPages` and the maximum that the module declares
   * (ERR_LIMIT beyond, with `limit: 'memoryPages'`).
   *
   * @param pages How many pages of 64 KiB to add.
   * @returns How many there were before.
   */
  grow(pages: number): Promise<number>;
}

/**
 * The guest that calls a host function and waits for it. It is of use during that call alone: when
 * the host function has returned, or its promise has settled, everything here is ERR_CLOSED.
 */
export interface Caller {
  /** Its memory. */
  readonly memory: GuestMemory;
  /**
   * Aborted when the invocation ends while the host function has not: its time is over, it was
   * aborted, or the module was closed. What the host function gives then is dropped.
   */
  readonly signal: AbortSignal;
  /**
   * Calls a function that the guest exports, such as its allocator, while it waits. That function
   * may call host functions in turn, up to 16 deep (ERR_LIMIT, `limit: 'call-depth'`). If it traps,
   * exits or reaches a limit, this rejects and the whole invocation ends with that.
   *
   * @param name The function's, among the module's `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; of i32 and i64 either reading.
   * @returns Its result; several as an array, none as undefined.
   */
  call(
    name: string,
    ...args: (number | bigint)[]
  ): Promise<number | bigint | (number | bigint)[] | undefined>;
}

/**
 * A function of the host that the guest imports. The guest waits for what it returns or, where that
 * is a promise, for what becomes of it; the event loop does not.
 *
 * It takes the {@link Caller} and then the guest's arguments: numbers for i32 (signed), f32 and f64,
 * bigints for i64 (signed). It gives a number or bigint by the type of the import, i32 and i64 in
 * either reading; an array where there are several results; where there is none, what it gives is
 * dropped. Anything else, and what it throws or rejects with, ends the invocation with
 * ERR_HOST_FUNCTION.
 *
 * @param caller The guest.
 * @param args What the guest passes.
 */
export type HostFunction = (caller: Caller, ...args: never[]) => unknown;

/** Host functions by the module's name and their own, as the guest imports them. */
export type Imports = Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
