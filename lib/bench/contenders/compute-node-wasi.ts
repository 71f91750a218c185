// The same guest in V8.
import { readFileSync } from 'node:fs';

import { checkResult } from './compute-kernels.js';
import type { ComputeSettings } from './compute-kernels.js';
import { reactorExports } from './node-wasi-reactor.js';
import type { Mark, Workload } from './workload.js';

export async function create({ guest, kernel }: ComputeSettings, mark: Mark): Promise<Workload> {
  const exports = await reactorExports(readFileSync(guest));
  mark('load and link the module');
  return {
    run: () => {
      checkResult(kernel, exports[kernel.name]?.(kernel.size));
      return Promise.resolve({});
    },
    close: () => Promise.resolve(),
  };
}
