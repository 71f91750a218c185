export { createHandler } from './handler.js';
export type {
  ClassificationHandler,
  CorsOptions,
  ErrorRecord,
  EventKind,
  HandlerOptions,
  InvocationEvent,
  InvocationRecord,
  InvocationResult,
  Logger,
  MetricsOptions,
} from './types.js';
