// The same guest in three languages, with the same host functions.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { loadModule } from 'wasmedge-embed';

import { hostFunctions } from './host.mjs';

const { values } = parseArgs({
  options: { isolation: { type: 'string', default: 'in-process' } },
});
const GUESTS = [
  'target/wasm32-wasip1/release/visits.wasm',
  'build/c.wasm',
  'build/assemblyscript.wasm',
];

const server = createServer((request, response) => response.end(`page ${request.url}`));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const store = new Map([['url', `${origin}/hello`]]);
const imports = hostFunctions(store, origin, (line) => console.log(line));
try {
  for (const file of GUESTS) await visitTwice(new URL(file, import.meta.url).pathname);
} finally {
  server.close();
}
console.log(`${store.get('visits')} visits`);

async function visitTwice(file) {
  const limits = { timeoutMs: 5_000, memoryPages: 64 };
  const guest = await loadModule(file, { isolation: values.isolation, imports, limits });
  try {
    for (let visit = 0; visit < 2; ++visit) await guest.call('visit');
    // A request that is not allowed fails with an error that gives the reason.
    store.set('url', 'http://127.0.0.2/');
    await guest
      .call('visit')
      .catch((error) => console.log(`${error.code}: ${error.cause.message}`));
    store.set('url', `${origin}/hello`);
  } finally {
    await guest.close();
  }
}
