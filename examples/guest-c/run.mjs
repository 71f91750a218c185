// Describes JPEG files, each in a fresh instance, all concurrently.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { loadModule } from 'wasmedge-embed';

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length === 0) {
  console.error('Usage: node run.mjs PHOTO.jpg…');
  process.exit(2);
}

const guest = await loadModule(new URL('build/jpeg-info.wasm', import.meta.url).pathname, {
  limits: { timeoutMs: 1_000, memoryPages: 16, outputBytes: 4_096 },
});
try {
  await Promise.all(positionals.map(tell));
} finally {
  await guest.close();
}

async function tell(file) {
  const { stdout, stderr, exitCode } = await guest.run({ stdin: await readFile(file) });
  console.log(`${file}: ${exitCode === 0 ? stdout : stderr}`.trimEnd());
  if (exitCode !== 0) process.exitCode = 1;
}
