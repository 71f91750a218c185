/**
 * An AWS Lambda handler that classifies the picture of a request, finds objects in it, or runs any
 * WASI program.
 *
 * ```js
 * import { createHandler } from 'wasmedge-embed/lambda';
 *
 * export const handler = createHandler({ cors: true });
 * await handler.ready;
 * ```
 *
 * @module wasmedge-embed/lambda
 */
export type { Damaged } from '../guest/accepted-pictures.js';
export type { BoundingBox, Detection, DetectionAnswer } from '../guest/detection.js';
export type { Task } from '../guest/task.js';
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
  ResponseStream,
  StreamingHandler,
  StreamingHandlerOptions,
  VpcLatticeEvent,
  WarmingEvent,
} from './types.js';
