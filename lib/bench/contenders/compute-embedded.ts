// This package: a kernel as an export of a kept instance, compiled ahead of time.
import { createRequire } from 'node:module';

import type { loadModule as LoadModule } from '../../module/load-module.js';

import { checkResult } from './compute-kernels.js';
import type { ComputeSettings } from './compute-kernels.js';
import type { Mark, Workload } from './workload.js';

const load = createRequire(__filename);

export async function create({ guest, kernel }: ComputeSettings, mark: Mark): Promise<Workload> {
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  mark('require the package');
  const module = await loadModule(guest, { concurrency: 1 });
  const instance = await module.instantiate();
  mark('load and link the module');
  return {
    run: async () => {
      checkResult(kernel, await instance.call(kernel.name, kernel.size));
      return {};
    },
    close: () => module.close(),
  };
}
