// The function of the container image: see Dockerfile and template.yaml.
import { createHandler } from 'wasmedge-embed/lambda';

const { METRICS_NAMESPACE: namespace } = process.env;

export const handler = createHandler({
  // Its labels are in labels.txt beside it.
  models: { default: new URL('models/model.tflite', import.meta.url).pathname },
  // Lambda gives an execution environment one invocation at a time.
  concurrency: 1,
  ...(namespace && { metrics: { namespace } }),
});
await handler.ready;
