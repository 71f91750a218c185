import type { Imports, LoadOptions, LoadedModule } from 'wasmedge-embed';

import { MODES } from './modes.js';
import { withModule } from './run-guest.js';
import { watGuest } from './wat.js';

/** The isolations with host functions. */
export const HOST_FUNCTION_ISOLATIONS = ['in-process', 'worker-process'] as const;

/** All ways to run a guest that calls host functions. */
export const HOST_FUNCTION_WAYS = HOST_FUNCTION_ISOLATIONS.flatMap((isolation) =>
  MODES.map(({ aot, mode }) => ({ name: `${isolation}, ${mode}`, options: { isolation, aot } })),
);

/** The imports of `test/guests/wat/host-functions.wat`, each as simple as possible. */
export const SIMPLE: { env: Imports[string]; log: Imports[string] } = {
  env: {
    nothing: () => undefined,
    add: (_caller, a: number, b: number) => a + b,
    types: (_caller, _a: number, b: bigint) => b,
    f32: (_caller, value: number) => value,
    f64: (_caller, value: number) => value,
    several: (_caller, value: number) => [value, 2n, 3.5],
    wait: (_caller, value: number) => value,
  },
  log: { write: () => undefined },
};

let file: Promise<string> | undefined;

/** Loads that guest with these functions of `env` instead of the simple ones. */
export async function withHostFunctions<T>(
  env: Imports[string],
  options: LoadOptions,
  use: (module: LoadedModule) => Promise<T>,
): Promise<T> {
  file ??= watGuest('host-functions');
  const imports = { ...SIMPLE, env: { ...SIMPLE.env, ...env } };
  return withModule(await file, { imports, concurrency: 1, ...options }, use);
}

/** A promise with its resolving functions. */
export function settleable<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
