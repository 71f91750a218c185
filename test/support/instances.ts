import { loadModule } from 'wasmedge-embed';
import type { Instance, InstantiateOptions, LoadOptions, LoadedModule } from 'wasmedge-embed';

import { watGuest } from './wat.js';

/** The exports of test/guests/wat/kept.wat. */
export interface Kept {
  initialized(): number;
  arguments(): number;
  push(value: number): number;
  touch(): undefined;
  divmod(divisor: number, dividend: bigint): [bigint, number, number, number];
  divide(divisor: number): number;
  load(address: number): number;
  store(address: number, value: number): undefined;
  grow(pages: number): number;
  spin(): undefined;
  recurse(depth: number): number;
  exit(code: number): undefined;
  write(descriptor: number, length: number): undefined;
  read(length: number): number;
  processorTime(): bigint;
  work(rounds: number): number;
}

/** Where instances can be kept, and how their guests run. */
export const HOMES = [
  { isolation: 'in-process', aot: 'auto' },
  { isolation: 'in-process', aot: 'off' },
  { isolation: 'worker-process', aot: 'auto' },
] as const;

/** For the name of a test. */
export function nameOf({ isolation, aot }: (typeof HOMES)[number]): string {
  return `${isolation}, ${aot === 'auto' ? 'compiled' : 'interpreted'}`;
}

export async function loadKept(options: LoadOptions): Promise<LoadedModule<Kept>> {
  return loadModule<Kept>(await watGuest('kept'), options);
}

/** Creates an instance, passes it to `use`, and closes it in any case. */
export async function withInstance<T>(
  module: LoadedModule<Kept>,
  options: InstantiateOptions,
  use: (instance: Instance<Kept>) => Promise<T>,
): Promise<T> {
  const instance = await module.instantiate(options);
  try {
    return await use(instance);
  } finally {
    await instance.close();
  }
}
