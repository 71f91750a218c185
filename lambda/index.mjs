// The function of the container image: see Dockerfile and template.yaml. The files are in the same bundle as this one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createHandler } from 'wasmedge-embed/lambda';

const { METRICS_NAMESPACE: namespace } = process.env;
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

export const handler = createHandler({
  module: beside('module.so'),
  models: {
    default: {
      file: beside('model.tflite'),
      labels: beside('labels.txt'),
      // How pictures are fitted to the model.
      ...JSON.parse(readFileSync(beside('model.json'), 'utf8')),
    },
  },
  // Lambda sends one invocation at a time to an execution environment.
  concurrency: 1,
  ...(namespace && { metrics: { namespace } }),
});
await handler.ready;
