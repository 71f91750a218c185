import type { HeapProfiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import assert from 'node:assert/strict';

/** Collects garbage and lets finalizers run. */
export async function collect(): Promise<void> {
  assert.ok(global.gc, 'run with --expose-gc');
  for (let round = 0; round < 4; ++round) {
    global.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Bytes for each time that `body` is called, of what its calls allocate on V8's heap and no young
 * collection frees, estimated by V8's sampling profiler.
 */
export async function leftByYoungCollections(
  body: () => Promise<unknown>,
  times: number,
): Promise<number> {
  const repeat = async (): Promise<void> => {
    for (let time = 0; time < times; ++time) await body();
  };
  // Optimized code allocates differently.
  await repeat();
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: 512,
      includeObjectsCollectedByMajorGC: true,
    });
    await repeat();
    global.gc?.({ type: 'minor' });
    const { profile } = await session.post('HeapProfiler.stopSampling');
    return bytesOf(profile.head) / times;
  } finally {
    session.disconnect();
  }
}

function bytesOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize);
}
