// Node.js itself: the same guest in V8, with node:wasi. A call is synchronous.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

import { checkResult } from './compute-kernels.js';
import type { ComputeSettings } from './compute-kernels.js';
import type { Mark, Workload } from './workload.js';

/** What is used of it; the types of Node.js do not have it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, (size: number) => number> } }>;
};

export async function create({ guest, kernel }: ComputeSettings, mark: Mark): Promise<Workload> {
  const wasi = new WASI({ version: 'preview1' });
  const { instance } = await WebAssembly.instantiate(
    Uint8Array.from(readFileSync(guest)),
    wasi.getImportObject(),
  );
  wasi.initialize(instance);
  mark('load and link the module');
  return {
    run: () => {
      checkResult(kernel, instance.exports[kernel.name]?.(kernel.size));
      return Promise.resolve({});
    },
    close: () => Promise.resolve(),
  };
}
