import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof EXIT_CODES;
const SIGNALS = Object.keys(EXIT_CODES) as Signal[];

/**
 * Runs `work`; a signal that ends the process in the meantime removes the folder first. For
 * commands: it takes over those signals.
 */
export async function removingOnSignal<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const end = (signal: Signal): void => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(EXIT_CODES[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

/**
 * Runs `use` with a temporary folder, which is removed afterwards, even after a failure, and after
 * a signal, as with {@link removingOnSignal}.
 */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wasmedge-embed-'));
  return removingOnSignal(folder, async () => {
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
