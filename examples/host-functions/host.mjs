// What a guest may ask of this program: a log, a key-value store, and pages of one host.

/** The most that a guest is given of a page. */
const PAGE_BYTES = 100_000;

/**
 * @param {Map<string, string>} store what guests share
 * @param {string} origin the only one whose pages they get
 * @param {(line: string) => void} write where their log goes
 */
export function hostFunctions(store, origin, write) {
  /** Bytes for the guest, in memory that it allocates: address and length in one number, or -1 for nothing. */
  const give = async (caller, bytes) => {
    if (bytes === undefined) return -1n;
    const address = await caller.call('allocate', bytes.length);
    await caller.memory.write(address, bytes);
    return (BigInt(address >>> 0) << 32n) | BigInt(bytes.length);
  };

  return {
    host: {
      async log(caller, text, length) {
        // A guest may write what would look like another's line.
        write((await caller.memory.readString(text, length)).replace(/\p{Cc}/gu, '?'));
      },

      async get(caller, key, keyLength) {
        const value = store.get(await caller.memory.readString(key, keyLength));
        return give(caller, value === undefined ? undefined : Buffer.from(value));
      },

      async set(caller, key, keyLength, value, valueLength) {
        const { memory } = caller;
        store.set(
          await memory.readString(key, keyLength),
          await memory.readString(value, valueLength),
        );
      },

      // Asynchronous: the guest waits for the answer, this program does not.
      async fetch(caller, url, length) {
        const { href, origin: asked } = new URL(await caller.memory.readString(url, length));
        if (asked !== origin) throw new Error(`The guest may not have pages of ${asked}.`);
        // Given up when the invocation ends.
        const response = await globalThis.fetch(href, { signal: caller.signal, redirect: 'error' });
        if (!response.ok) return -1n;
        const page = Buffer.from(await response.arrayBuffer());
        return give(caller, page.subarray(0, PAGE_BYTES));
      },
    },
  };
}
