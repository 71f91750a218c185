// This package: a guest that prepares in each invocation, or once for a snapshot.
import { createRequire } from 'node:module';

import type { loadModule as LoadModule } from '../../module/load-module.js';
import type { Isolation } from '../../options/types.js';

import { SNAPSHOT_GUEST } from './snapshot-guest.js';
import type { Preparation } from './snapshot-guest.js';
import type { Mark, Workload } from './workload.js';

export interface SnapshotSettings {
  isolation: Isolation;
  /** The export to call once while the module is loaded; absent if each invocation prepares. */
  snapshot?: Preparation;
}

const load = createRequire(__filename);

export async function create(
  { isolation, snapshot }: SnapshotSettings,
  mark: Mark,
): Promise<Workload> {
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  mark('require the package');
  const module = await loadModule(SNAPSHOT_GUEST, {
    ...{ name: 'snapshot.wasm', isolation, concurrency: 1 },
    ...(snapshot && { snapshot }),
  });
  mark('load and link the module');
  const name = snapshot ? 'lookUp' : 'prepareAndLookUp';
  return { run: () => module.call(name).then(() => ({})), close: () => module.close() };
}
