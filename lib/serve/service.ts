import type { Logger } from '../lambda/types.js';

import type { Handlers } from './handlers.js';
import type { Metrics } from './metrics.js';
import type { Slots } from './slots.js';
import type { Uploads } from './uploads.js';

/** What the routes need. */
export interface Service {
  handlers: Handlers;
  metrics: Metrics;
  slots: Slots;
  uploads: Uploads;
  logger: Logger | undefined;
  /** Describes the model. */
  model: string | undefined;
  /** From the end of a request's head to its response. */
  timeoutMs: number;
  maxBodyBytes: number;
}
