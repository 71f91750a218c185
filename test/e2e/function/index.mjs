// The function of the end-to-end test, as a user would write it.
import { appendFileSync } from 'node:fs';

import { createHandler } from 'wasmedge-embed/lambda';

// Once per process that the runtime starts.
appendFileSync(process.env.STARTS_FILE, `${process.pid}\n`);

export const handler = createHandler({
  module: process.env.MODULE,
  models: process.env.MODEL ? { default: process.env.MODEL } : {},
});
await handler.ready;
