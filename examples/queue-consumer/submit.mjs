// Sends photographs to the consumers of a queue and prints their responses.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { connectClient } from 'wasmedge-embed/broker';

const { env } = process;
const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length === 0) {
  console.error('Usage: node submit.mjs PHOTO.jpg…');
  process.exit(2);
}

const client = await connectClient({
  url: env.AMQP_URL ?? 'amqp://127.0.0.1',
  queue: env.QUEUE ?? 'pictures',
  timeoutMs: 20_000,
});
try {
  await Promise.all(positionals.map(submit));
} finally {
  await client.close();
}

async function submit(file) {
  const id = path.basename(file);
  try {
    const picture = await readFile(file, 'base64');
    const { topK, error } = await client.invoke({ id, picture });
    if (error !== undefined) throw new Error(error);
    console.log(`${id}: ${topK.map(({ label, score }) => `${label} ${score}`).join(', ')}`);
  } catch (error) {
    // If one fails, still wait for the others.
    console.log(`${id}: ${error.message}`);
    process.exitCode = 1;
  }
}
