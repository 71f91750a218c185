// Invokes the handler on this machine, with the event that an HTTP API creates for a POST.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length !== 1) {
  console.error('Usage: node invoke.mjs PHOTO.jpg');
  process.exit(2);
}
const picture = await readFile(positionals[0]);

const { handler } = await import('./index.mjs');
const { statusCode, headers, body } = await handler({
  version: '2.0',
  routeKey: 'POST /classify',
  rawPath: '/classify',
  rawQueryString: '',
  headers: { 'content-type': 'image/jpeg', accept: 'application/json' },
  requestContext: { http: { method: 'POST', path: '/classify', sourceIp: '127.0.0.1' } },
  isBase64Encoded: true,
  body: picture.toString('base64'),
});
console.log(statusCode, headers['content-type']);
console.log(body);
process.exitCode = statusCode === 200 ? 0 : 1;
await handler.close();
