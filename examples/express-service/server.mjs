// Classifies pictures over HTTP, in worker processes: POST a JPEG to /classify.
import { availableParallelism } from 'node:os';

import express from 'express';
import { WasmEdgeError, findGuest, findModel, loadModule } from 'wasmedge-embed';

const { env } = process;
const REQUEST_MS = 15_000;
const SHUTDOWN_MS = 10_000;

/** What clients are told about the package's errors, by code. Other errors are not described to them. */
const ANSWERS = {
  ERR_QUEUE_FULL: [503, 'Too many pictures are waiting: try again.'],
  ERR_WORKER_DIED: [503, 'The worker process crashed: try again.'],
  ERR_CLOSED: [503, 'The service is shutting down: try again.'],
  ERR_TIMEOUT: [504, 'The picture could not be classified in time.'],
};

// Loaded once, before the first request is accepted. Replace these two paths with your own guest and model.
const classifier = await loadModule(env.MODULE ?? findGuest(), {
  // If WasmEdge, LiteRT or a decoder crashes, only one worker ends, and is replaced.
  isolation: env.ISOLATION ?? 'worker-process',
  workerProcess: { recycleAfterRuns: 100_000 },
  args: ['--format', 'json', '--top-k', '3'],
  models: { default: findModel() },
  concurrency: Number(env.CONCURRENCY ?? availableParallelism()),
  maxQueue: Number(env.MAX_QUEUE ?? 16),
  limits: { timeoutMs: Number(env.TIMEOUT_MS ?? 2_000), memoryPages: 4_096 },
});

const app = express();
app.disable('x-powered-by');

// Keep-alive connections would delay the shutdown.
app.use((_request, response, next) => {
  response.once('close', () => {
    if (!server.listening) server.closeIdleConnections();
  });
  next();
});

app.get('/healthz', (_request, response) => {
  response.json({ status: 'ok' });
});

// A larger body gets 413.
const jpeg = express.raw({ type: 'image/jpeg', limit: '6mb' });

app.post('/classify', jpeg, async (request, response) => {
  if (!Buffer.isBuffer(request.body)) throw refusal(415, 'Send a JPEG, as image/jpeg.');
  const { stdout, stderr, exitCode } = await classifier.run({
    stdin: request.body,
    signal: untilClosed(response),
  });
  if (exitCode === 65) throw refusal(422, `The picture cannot be decoded: ${stderr}`);
  if (exitCode !== 0) throw new Error(`The guest ended with exit code ${exitCode}: ${stderr}`);
  response.type('application/json').send(stdout);
});

// Express recognizes error handlers by their four parameters.
app.use((error, _request, response, next) => {
  if (response.headersSent) return next(error);
  // The client has disconnected: there is nobody to respond to.
  if (error.code === 'ERR_ABORTED') return response.destroy();
  const [status, message] =
    error instanceof WasmEdgeError
      ? (ANSWERS[error.code] ?? [500])
      : [error.status ?? 500, error.message];
  if (status === 500) console.error(error);
  if (status === 503) response.set('retry-after', '1');
  return response.status(status).json({
    status,
    code: error.code,
    message: status === 500 ? 'The picture could not be classified.' : message,
  });
});

const server = app.listen(Number(env.PORT ?? 3000), env.HOST ?? '127.0.0.1', (error) => {
  if (error) throw error;
  const { address, port } = server.address();
  console.log(`Listening at http://${address}:${port}`);
});
server.requestTimeout = REQUEST_MS;

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    console.log(`${signal}: finishing work in progress`);
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    // Called when the last request has been answered.
    server.close(() => classifier.close());
  });
}

/** Aborted when the client disconnects: nobody waits for the guest any longer. */
function untilClosed(response) {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function refusal(status, message) {
  return Object.assign(new Error(message.trim()), { status });
}
