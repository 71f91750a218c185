// Extism's SDK for JavaScript: its plug-ins are kept instances, called one call at a time.
import { createRequire } from 'node:module';
import path from 'node:path';

import { CALLS, GUESTS } from './calls-guest.js';
import type { CallsKind } from './calls-guest.js';
import type { Mark, Workload } from './workload.js';

export interface ExtismSettings {
  kind: CallsKind;
  /** The folder whose node_modules contains it. */
  folder: string;
}

/** The part of it that is used. */
interface Extism {
  createPlugin(
    manifest: { wasm: { data: Uint8Array }[] },
    options: { useWasi: boolean; functions: Record<string, Record<string, () => unknown>> },
  ): Promise<Plugin>;
}
interface Plugin {
  call(name: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function create({ kind, folder }: ExtismSettings, mark: Mark): Promise<Workload> {
  const extism = createRequire(path.join(folder, 'package.json'))('@extism/extism') as Extism;
  mark('require the package');
  const plugin = await extism.createPlugin(
    { wasm: [{ data: Uint8Array.from(GUESTS[kind]) }] },
    { useWasi: false, functions: { env: { nothing: () => undefined } } },
  );
  mark('load and link the module');
  return {
    run: async () => {
      if (kind === 'host-call') await plugin.call('thousand');
      else for (let call = 0; call < CALLS; call++) await plugin.call('nothing');
      return {};
    },
    close: () => plugin.close(),
  };
}
