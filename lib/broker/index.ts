export { connectClient } from './client.js';
export type { QueueClient } from './client.js';
export type {
  ClientOptions,
  ConnectionEvent,
  InvocationHandler,
  InvokeOptions,
  WorkerOptions,
} from './types.js';
export { startWorker } from './worker.js';
export type { QueueWorker } from './worker.js';
