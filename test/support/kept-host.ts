import type { Caller, Imports, Instance, LoadOptions, LoadedModule } from 'wasmedge-embed';

import { withModule } from './run-guest.js';
import { watGuest } from './wat.js';

/** The imports of test/guests/wat/kept-host.wat, each as simple as possible. */
const SIMPLE: Imports[string] = {
  ask: (_caller: Caller, value: number) => value * 2,
  begin: () => undefined,
  wide: (_caller: Caller, a: bigint, b: number, c: number) => [a, b + c],
};

/** Loads that guest, or another form of it, with these functions instead of the simple ones. */
export async function withKeptHost<T>(
  env: Imports[string],
  options: LoadOptions,
  use: (module: LoadedModule) => Promise<T>,
  file?: string,
): Promise<T> {
  const imports = { env: { ...SIMPLE, ...env } };
  return withModule(
    file ?? (await watGuest('kept-host')),
    { concurrency: 1, ...options, imports },
    use,
  );
}

/** The same, with one instance of it. */
export async function withKeptHostInstance<T>(
  env: Imports[string],
  options: LoadOptions,
  use: (instance: Instance, module: LoadedModule) => Promise<T>,
  file?: string,
): Promise<T> {
  return withKeptHost(
    env,
    options,
    async (module) => use(await module.instantiate(), module),
    file,
  );
}
