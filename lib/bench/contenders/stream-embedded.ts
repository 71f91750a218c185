// This package: the guest's standard streams are Node.js streams.
import { createRequire } from 'node:module';

import type { loadModule as LoadModule } from '../../module/load-module.js';
import type { Isolation } from '../../options/types.js';

import { Counter, source } from './stream-ends.js';
import { STREAM_GUEST } from './stream-guest.js';
import type { Mark, Workload } from './workload.js';

const load = createRequire(__filename);

export async function create(
  { isolation }: { isolation: Isolation },
  mark: Mark,
): Promise<Workload> {
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  mark('require the package');
  const module = await loadModule(STREAM_GUEST, {
    ...{ name: 'stream.wasm', isolation, concurrency: 1 },
  });
  mark('load and link the module');
  return {
    run: async () => {
      const stdout = new Counter();
      await module.run({ stdin: source(), stdout });
      stdout.requireAll();
      return {};
    },
    close: () => module.close(),
  };
}
