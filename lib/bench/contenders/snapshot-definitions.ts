import { addon } from '../../addon/native.js';

import type { Definition } from './definition.js';
import { childCommands } from './run-child.js';
import type { SnapshotSettings } from './snapshot-embedded.js';

/** Lookups in a dictionary of 200,000 words that the guest has built. */
export const snapshot: Definition[] = [
  embedded('none', 'without a snapshot', { isolation: 'in-process' }),
  embedded('dictionary', 'snapshot of 4 MiB', { isolation: 'in-process', snapshot: 'dictionary' }),
  embedded('64-mib', 'snapshot of 64 MiB', { isolation: 'in-process', snapshot: 'fill64' }),
  embedded('512-mib', 'snapshot of 512 MiB', { isolation: 'in-process', snapshot: 'fill512' }),
  embedded('worker-process', 'snapshot of 4 MiB, worker-process', {
    ...{ isolation: 'worker-process', snapshot: 'dictionary' },
  }),
];

function embedded(name: string, title: string, settings: SnapshotSettings): Definition {
  return {
    name: `snapshot-${name}`,
    title: `wasmedge-embed: ${title}`,
    workload: 'snapshot',
    group: 'embedded',
    notes: ['Each invocation has a fresh instance, which touches a dozen pages.'],
    prepare: async ({ pictures }) => ({
      ...childCommands('snapshot-embedded.js', settings, pictures),
      versions: { WasmEdge: (await addon().runtime()).version },
      installed: [],
    }),
  };
}
