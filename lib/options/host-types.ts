/**
 * A guest's memory, seen from the host. Every operation returns a promise, since the guest may be
 * in another process. Addresses and lengths are 32-bit integers; a negative i32 from a guest is
 * treated as unsigned. A range outside the memory is ERR_INVALID_ARGUMENT, and nothing is read or
 * written.
 */
export interface GuestMemory {
  /**
   * Reads bytes.
   *
   * @param address Address of the first byte.
   * @param length Number of bytes.
   * @returns A copy.
   */
  read(address: number, length: number): Promise<Buffer>;
  /**
   * Writes bytes. Up to 1 MiB are copied before this returns; a larger array must not change until
   * the promise settles.
   *
   * @param address Address of the first byte.
   * @param bytes The bytes to write.
   */
  write(address: number, bytes: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Promise<void>;
  /**
   * Reads UTF-8 text; invalid sequences become U+FFFD.
   *
   * @param address Address of the first byte.
   * @param length Number of bytes.
   */
  readString(address: number, length: number): Promise<string>;
  /**
   * Writes text as UTF-8, without a terminating NUL.
   *
   * @param address Address of the first byte.
   * @param text The text to write.
   * @returns The number of bytes written.
   */
  writeString(address: number, text: string): Promise<number>;
  /** Size in bytes, a multiple of 65,536; 0 if the guest has no memory. */
  byteLength(): Promise<number>;
  /**
   * Grows the memory, up to `limits.memoryPages` and the maximum that the module declares (beyond
   * that, ERR_LIMIT with `limit: 'memoryPages'`).
   *
   * @param pages Number of pages of 64 KiB to add.
   * @returns The previous number of pages.
   */
  grow(pages: number): Promise<number>;
}

/**
 * The guest that calls a host function and waits for it. It can be used only during that call: when
 * the host function has returned, or its promise has settled, everything here is ERR_CLOSED.
 */
export interface Caller {
  /** The guest's memory. */
  readonly memory: GuestMemory;
  /**
   * Aborted if the invocation ends before the host function does: because of its time limit, an
   * abort, or because the module was closed. The result of the host function is then discarded.
   */
  readonly signal: AbortSignal;
  /**
   * Calls a function that the guest exports, such as its allocator, while the guest waits. That
   * function may call host functions in turn, up to 16 levels deep (ERR_LIMIT, `limit:
   * 'call-depth'`). If it traps, exits or reaches a limit, the promise rejects and the whole
   * invocation ends with that error.
   *
   * @param name The function's name, among the module's `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; i32 and i64 can be signed or
   *   unsigned.
   * @returns The result; an array for several, undefined for none.
   */
  call(
    name: string,
    ...args: (number | bigint)[]
  ): Promise<number | bigint | (number | bigint)[] | undefined>;
}

/**
 * A function of the host that the guest imports. The guest waits until it has returned or, if it
 * returns a promise, until that has settled; the event loop does not wait.
 *
 * It receives the {@link Caller} and then the guest's arguments: numbers for i32 (signed), f32 and
 * f64, bigints for i64 (signed). It returns a number or bigint according to the type of the import,
 * where i32 and i64 can be signed or unsigned, or an array of several results; if the import has no
 * result, the returned value is ignored. Any other value, an exception or a rejection ends the
 * invocation with ERR_HOST_FUNCTION.
 *
 * @param caller The guest.
 * @param args The guest's arguments.
 */
export type HostFunction = (caller: Caller, ...args: never[]) => unknown;

/** Host functions, by module name and function name, as the guest imports them. */
export type Imports = Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
