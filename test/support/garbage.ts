import assert from 'node:assert/strict';

/** Collects garbage and lets finalizers run. */
export async function collect(): Promise<void> {
  assert.ok(global.gc, 'run with --expose-gc');
  for (let round = 0; round < 4; ++round) {
    global.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
