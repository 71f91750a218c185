// This package: calls of a kept instance, and host functions.
import { createRequire } from 'node:module';

import type { loadModule as LoadModule } from '../../module/load-module.js';
import type { Isolation } from '../../options/types.js';

import { CALLS, GUESTS } from './calls-guest.js';
import type { CallsKind } from './calls-guest.js';
import type { Mark, Workload } from './workload.js';

export interface CallsSettings {
  kind: CallsKind;
  isolation: Isolation;
  /**
   * For `instance-call`: each call after the previous one has returned, all at once, or in one
   * batch.
   */
  how: 'in-turn' | 'at-once' | 'many';
}

const load = createRequire(__filename);

export async function create(
  { kind, isolation, how }: CallsSettings,
  mark: Mark,
): Promise<Workload> {
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  mark('require the package');
  const module = await loadModule(GUESTS[kind], {
    ...{ name: `${kind}.wasm`, isolation, concurrency: 1 },
    imports: { env: { nothing: () => undefined } },
  });
  mark('load and link the module');
  const close = (): Promise<void> => module.close();
  if (kind === 'host-call') return { run: () => module.call('thousand').then(() => ({})), close };
  const instance = await module.instantiate();
  const calls = Array.from({ length: CALLS }, () => []);
  const run = {
    'in-turn': async () => {
      for (let call = 0; call < CALLS; call++) await instance.call('nothing');
    },
    'at-once': () => Promise.all(calls.map(() => instance.call('nothing'))),
    many: () => instance.callMany('nothing', calls),
  }[how];
  return { run: () => run().then(() => ({})), close };
}
