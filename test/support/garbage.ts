import assert from 'node:assert/strict';

/** Collects garbage and lets what was collected be finalized. */
export async function collect(): Promise<void> {
  assert.ok(global.gc, 'run with --expose-gc');
  for (let round = 0; round < 4; ++round) {
    global.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
