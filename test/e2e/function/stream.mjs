// The function with response streams of the end-to-end test, as a user would write it.
import { appendFileSync } from 'node:fs';

import { createHandler } from 'wasmedge-embed/lambda';

// Once per process that the runtime starts.
appendFileSync(process.env.STARTS_FILE, `${process.pid}\n`);

export const handler = createHandler({
  task: 'run',
  module: process.env.MODULE,
  responseStream: true,
  contentType: 'application/octet-stream',
  cgi: process.env.CGI === '1',
});
await handler.ready;
