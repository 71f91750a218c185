import type { Logger } from '../lambda/types.js';

import type { Handlers } from './handlers.js';
import type { Metrics } from './metrics.js';
import type { Slots } from './slots.js';
import type { Uploads } from './uploads.js';

/** What routes work with. */
export interface Service {
  handlers: Handlers;
  metrics: Metrics;
  slots: Slots;
  uploads: Uploads;
  logger: Logger | undefined;
  /** The words that say which model answers. */
  model: string | undefined;
  /** From the end of a request's head to its answer. */
  timeoutMs: number;
  maxBodyBytes: number;
}
