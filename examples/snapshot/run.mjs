// Compares starting an interpreter in every invocation with starting it once.
import { parseArgs } from 'node:util';

import { loadModule } from 'wasmedge-embed';

const { values } = parseArgs({
  options: {
    isolation: { type: 'string', default: 'in-process' },
    requests: { type: 'string', default: '50' },
  },
});
const guest = new URL('target/wasm32-wasip1/release/javascript.wasm', import.meta.url).pathname;
const app = new URL('app.js', import.meta.url).pathname;
const requests = ['WELCOME', 'BULK-250', undefined].map((coupon) =>
  JSON.stringify({ code: '17919', coupon }),
);

for (const snapshot of [undefined, 'init']) {
  const begin = performance.now();
  const module = await loadModule(guest, {
    files: { '/app.js': app },
    isolation: values.isolation,
    limits: { timeoutMs: 10_000, memoryPages: 1_024 },
    ...(snapshot && { snapshot }),
  });
  const loaded = performance.now();
  try {
    const times = [];
    let answers = [];
    for (let turn = 0; turn < Number(values.requests); ++turn) {
      answers = [];
      for (const stdin of requests) {
        const { stdout, timings } = await module.invoke('handle', [], { stdin });
        answers.push(stdout.toString());
        times.push(timings.instantiateMs + timings.executeMs);
      }
    }
    times.sort((one, other) => one - other);
    const median = times[times.length >> 1].toFixed(2);
    const load = (loaded - begin).toFixed(0);
    console.log(
      `${snapshot ? 'with' : 'without'} a snapshot: load ${load} ms, request ${median} ms`,
    );
    console.log(answers.join('\n'));
  } finally {
    await module.close();
  }
}
