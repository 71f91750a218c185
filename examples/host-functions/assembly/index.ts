// Counts visits with functions of its host: a log, a key-value store, HTTP requests.

import { fetch as hostFetch, get as hostGet, log as hostLog, set as hostSet } from './host';

/** For the host, which writes its results there. */
export function allocate(length: usize): usize {
  return heap.alloc(length);
}

/** Text in the form that the host expects. */
class Utf8 {
  bytes: ArrayBuffer;

  constructor(text: string) {
    this.bytes = String.UTF8.encode(text);
  }

  get address(): usize {
    return changetype<usize>(this.bytes);
  }

  get length(): usize {
    return this.bytes.byteLength;
  }
}

function take(packed: i64): string | null {
  if (packed < 0) return null;
  const address = <usize>(packed >> 32);
  const text = String.UTF8.decodeUnsafe(address, <usize>(packed & 0xffffffff));
  heap.free(address);
  return text;
}

function valueOf(key: string): string | null {
  const utf8 = new Utf8(key);
  return take(hostGet(utf8.address, utf8.length));
}

/** Fetches the page named in the store, counts the visit there, and returns the count. */
export function visit(): i32 {
  const url = valueOf('url');
  // If it fails, it calls env.abort, which wasmedge-embed provides.
  assert(url !== null, 'the store has no URL');
  const utf8Url = new Utf8(url!);
  const page = take(hostFetch(utf8Url.address, utf8Url.length));
  const before = valueOf('visits');
  const visits = (before === null ? 0 : <i32>parseInt(before)) + 1;

  const key = new Utf8('visits');
  const value = new Utf8(visits.toString());
  hostSet(key.address, key.length, value.address, value.length);
  const found = page === null ? 'nothing' : page;
  const line = new Utf8(`AssemblyScript found "${found}" on visit ${visits}`);
  hostLog(line.address, line.length);
  return visits;
}
