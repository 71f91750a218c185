// What this program offers to guests: a log, a key-value store, and pages of one origin.

/** Longest part of a page that a guest gets. */
const PAGE_BYTES = 100_000;

/**
 * @param {Map<string, string>} store shared by all guests
 * @param {string} origin the only one from which they can fetch pages
 * @param {(line: string) => void} write receives their log
 */
export function hostFunctions(store, origin, write) {
  /** Passes bytes to the guest in memory that it allocates. Returns address and length in one number, or -1 for no bytes. */
  const give = async (caller, bytes) => {
    if (bytes === undefined) return -1n;
    const address = await caller.call('allocate', bytes.length);
    await caller.memory.write(address, bytes);
    return (BigInt(address >>> 0) << 32n) | BigInt(bytes.length);
  };

  return {
    host: {
      async log(caller, text, length) {
        // Otherwise a guest could forge log lines of others.
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

      // Asynchronous: the guest waits for the response, this program does not.
      async fetch(caller, url, length) {
        const { href, origin: asked } = new URL(await caller.memory.readString(url, length));
        if (asked !== origin) throw new Error(`The guest may not fetch pages from ${asked}.`);
        // Cancelled when the invocation ends.
        const response = await globalThis.fetch(href, { signal: caller.signal, redirect: 'error' });
        if (!response.ok) return -1n;
        const page = Buffer.from(await response.arrayBuffer());
        return give(caller, page.subarray(0, PAGE_BYTES));
      },
    },
  };
}
