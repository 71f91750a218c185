// Classifies pictures from a RabbitMQ queue: {"id": …, "picture": "<JPEG, base64>"}.
import { availableParallelism } from 'node:os';

import { WasmEdgeError, findGuest, findModel, loadModule } from 'wasmedge-embed';
import { startConsumer } from 'wasmedge-embed/broker';

const { env } = process;
const SHUTDOWN_MS = 30_000;
const concurrency = Number(env.CONCURRENCY ?? availableParallelism());

// Loaded first, so that a failed load does not affect any message.
const classifier = await loadModule(env.MODULE ?? findGuest(), {
  args: ['--format', 'json', '--top-k', '3'],
  models: { default: findModel() },
  // The broker sends at most `concurrency` messages at a time and keeps the rest.
  concurrency,
  limits: { memoryPages: 4_096 },
});

const consumer = await startConsumer({
  url: env.AMQP_URL ?? 'amqp://127.0.0.1',
  queue: env.QUEUE ?? 'pictures',
  concurrency,
  timeoutMs: 10_000,
  deliveryLimit: 3,
  handler: classify,
  onConnection: ({ state, error }) => console.log(error ? `${state}: ${error.message}` : state),
}).catch(async (error) => {
  // If there is no broker at the start, the process exits; its supervisor should restart it.
  console.error(error.message);
  await classifier.close();
  process.exit(1);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    console.log(`${signal}: finishing work in progress`);
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    await consumer.close();
    await classifier.close();
  });
}

/**
 * The returned value is the response. An error decides about the message: ERR_INVALID_ARGUMENT sends it to the
 * dead-letter queue, anything else back to the queue, for another consumer or a later time.
 */
async function classify({ id, picture }, { getRemainingTimeInMillis }) {
  if (typeof id !== 'string' || typeof picture !== 'string') {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      'A message must have an id and a picture, both strings.',
    );
  }
  const { stdout, stderr, exitCode } = await classifier.run({
    stdin: Buffer.from(picture, 'base64'),
    timeoutMs: Math.max(1, getRemainingTimeInMillis()),
  });
  // No other consumer could do better, so the sender gets an error.
  if (exitCode === 65) return { id, error: stderr.toString().trim() };
  if (exitCode !== 0) throw new Error(`The guest ended with exit code ${exitCode}: ${stderr}`);
  return { id, topK: JSON.parse(stdout).topK };
}
