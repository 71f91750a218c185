// Runs the guest over a text file: its arguments, a read-only file, its exit code.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { WasmEdgeError, loadModule } from 'wasmedge-embed';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { top: { type: 'string', default: '10' } },
});
if (positionals.length !== 1) {
  console.error('Usage: node run.mjs [--top N] TEXT');
  process.exit(2);
}
const here = (name) => new URL(name, import.meta.url).pathname;
const text = await readFile(positionals[0]);

// The first load compiles it ahead of time, into the cache.
const guest = await loadModule(here('target/wasm32-wasip1/release/word-count.wasm'), {
  // Everything that the guest can see of this machine.
  files: { '/stop-words.txt': here('stop-words.txt') },
  limits: { timeoutMs: 1_000, memoryPages: 1_024, outputBytes: 1 << 20 },
});
try {
  const { stdout, stderr, exitCode, timings } = await guest.run({
    args: ['--top', values.top],
    stdin: text,
  });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  console.error(`exit code ${exitCode}, ${timings.executeMs.toFixed(2)} ms`);
  process.exitCode = exitCode;
} catch (error) {
  // A trap, a limit or a time-out: the guest did not exit.
  if (!(error instanceof WasmEdgeError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await guest.close();
}
