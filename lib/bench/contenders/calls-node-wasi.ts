// Node.js itself: V8's WebAssembly with node:wasi. Calls are synchronous.
import { WASI } from 'node:wasi';

import { CALLS, GUESTS } from './calls-guest.js';
import type { CallsKind } from './calls-guest.js';
import type { Mark, Workload } from './workload.js';

/** What is used of it; the types of Node.js do not have it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, () => number> } }>;
};

export async function create({ kind }: { kind: CallsKind }, mark: Mark): Promise<Workload> {
  const wasi = new WASI({ version: 'preview1' });
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(GUESTS[kind]), {
    ...wasi.getImportObject(),
    env: { nothing: () => undefined },
  });
  wasi.initialize(instance);
  mark('load and link the module');
  const { nothing, thousand } = instance.exports;
  return {
    run: () => {
      if (kind === 'host-call') thousand?.();
      else for (let call = 0; call < CALLS; call++) nothing?.();
      return Promise.resolve({});
    },
    close: () => Promise.resolve(),
  };
}
