// Classifies pictures over HTTP: POST a JPEG to /classify.
import { availableParallelism } from 'node:os';

import Fastify from 'fastify';
import { WasmEdgeError, findGuest, findModel, loadModule } from 'wasmedge-embed';

const { env } = process;
const SHUTDOWN_MS = 10_000;

/** What clients are told about the package's errors, by code. Other errors are not described to them. */
const ANSWERS = {
  ERR_QUEUE_FULL: [503, 'Too many pictures are waiting: try again.'],
  ERR_CLOSED: [503, 'The service is shutting down: try again.'],
  ERR_TIMEOUT: [504, 'The picture could not be classified in time.'],
  ERR_ABORTED: [499, 'The client has disconnected.'],
};

// Loaded once, before the first request is accepted. Replace these two paths with your own guest and model.
const classifier = await loadModule(env.MODULE ?? findGuest(), {
  args: ['--format', 'json', '--top-k', '3'],
  models: { default: findModel() },
  // Guests run on other threads: the event loop stays free. Requests beyond both limits are rejected.
  concurrency: Number(env.CONCURRENCY ?? availableParallelism()),
  maxQueue: Number(env.MAX_QUEUE ?? 16),
  limits: { timeoutMs: Number(env.TIMEOUT_MS ?? 2_000), memoryPages: 4_096 },
});

const app = Fastify({
  logger: { level: env.LOG_LEVEL ?? 'info', serializers: { err: errorRecord } },
  bodyLimit: 6 << 20, // beyond it, 413
  requestTimeout: 15_000, // 408 for slow senders
});

// Only pictures are accepted as a body: anything else gets 415.
app.removeAllContentTypeParsers();
app.addContentTypeParser('image/jpeg', { parseAs: 'buffer' }, async (_request, body) => body);

app.get('/healthz', async () => ({ status: 'ok' }));

app.post('/classify', async (request, reply) => {
  const { stdout, stderr, exitCode, timings } = await classifier.run({
    stdin: request.body ?? '',
    signal: untilClosed(reply.raw),
  });
  if (exitCode === 65) throw refusal(422, `The picture cannot be decoded: ${stderr}`);
  if (exitCode !== 0) throw new Error(`The guest ended with exit code ${exitCode}: ${stderr}`);
  const { queueMs, executeMs, inferenceMs } = timings;
  reply.header('server-timing', serverTiming({ queueMs, executeMs, inferenceMs }));
  return reply.type('application/json').send(stdout);
});

app.setErrorHandler((error, request, reply) => {
  const [status, message] =
    error instanceof WasmEdgeError
      ? (ANSWERS[error.code] ?? [500])
      : [error.statusCode ?? 500, error.message];
  if (status === 500) request.log.error(error);
  if (status === 503) reply.header('retry-after', '1');
  return reply.code(status).send({
    status,
    code: error.code,
    message: status === 500 ? 'The picture could not be classified.' : message,
  });
});

// Keep-alive connections would delay the shutdown.
app.addHook('onSend', async (_request, reply) => {
  if (!app.server.listening) reply.header('connection', 'close');
});

// Runs when the last request has been answered.
app.addHook('onClose', () => classifier.close());

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    app.log.info(`${signal}: finishing work in progress`);
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    void app.close();
  });
}

await app.listen({ host: env.HOST ?? '127.0.0.1', port: Number(env.PORT ?? 3000) });

/** Aborted when the client disconnects: nobody waits for the guest any longer. */
function untilClosed(response) {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function refusal(statusCode, message) {
  return Object.assign(new Error(message.trim()), { statusCode });
}

/** For the log, with the guest's standard error. */
function errorRecord({ name, code, message, stack, stderr }) {
  return { name, code, message, stack, stderr: stderr?.toString() };
}

/** For the network panel of browsers. */
function serverTiming(milliseconds) {
  return Object.entries(milliseconds)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.replace(/Ms$/, '')};dur=${value.toFixed(2)}`)
    .join(', ');
}
