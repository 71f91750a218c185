// Node.js itself: V8's WebAssembly with node:wasi. Calls are synchronous.
import { WASI } from 'node:wasi';

type Exports = Record<string, (...args: number[]) => number>;

/** The part of it that is used here; the types of Node.js do not contain it. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

/** The exports of an initialized instance of the guest, which may import more than WASI. */
export async function reactorExports(guest: Uint8Array, imports: object = {}): Promise<Exports> {
  const wasi = new WASI({ version: 'preview1' });
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(guest), {
    ...wasi.getImportObject(),
    ...imports,
  });
  wasi.initialize(instance);
  return instance.exports;
}
