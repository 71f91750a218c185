// Labels photographs with a model that is loaded once and requested by name.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { findModel, loadModule } from 'wasmedge-embed';

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length === 0) {
  console.error('Usage: node run.mjs PHOTO.jpg…');
  process.exit(2);
}

const module = new URL('target/wasm32-wasip1/release/wasi-nn-guest.wasm', import.meta.url);
const guest = await loadModule(module.pathname, {
  models: { default: findModel() },
  limits: { timeoutMs: 5_000, memoryPages: 4_096 },
});
try {
  await Promise.all(positionals.map(classify));
} finally {
  await guest.close();
}

async function classify(photo) {
  const { stdout, stderr, exitCode } = await guest.run({ stdin: await readFile(photo) });
  console.log(`${photo}: ${exitCode === 0 ? stdout : stderr}`.trimEnd());
  if (exitCode !== 0) process.exitCode = 1;
}
