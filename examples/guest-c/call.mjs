// Calls a function of a guest with numbers.
import { parseArgs } from 'node:util';

import { loadModule } from 'wasmedge-embed';

const { positionals } = parseArgs({ allowPositionals: true });
const degrees = positionals.map(Number);
if (degrees.length !== 4 || !degrees.every(Number.isFinite)) {
  console.error('Usage: node call.mjs -- LATITUDE LONGITUDE LATITUDE LONGITUDE');
  process.exit(2);
}

const guest = await loadModule(new URL('build/distance.wasm', import.meta.url).pathname);
try {
  const kilometres = await guest.call('distance', ...degrees);
  console.log(`${kilometres.toFixed(1)} km`);
} finally {
  await guest.close();
}
