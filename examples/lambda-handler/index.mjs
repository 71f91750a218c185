// A Lambda function behind an HTTP API or a Function URL: POST a JPEG, get labels.
import { createHandler } from 'wasmedge-embed/lambda';

export const handler = createHandler({
  // Your own guest and model, instead of the package's:
  //   module: '/opt/guest.so', models: { default: '/opt/model.tflite' },
  topK: 3,
  // Lambda sends an execution environment one invocation at a time.
  concurrency: 1,
  limits: { stdinBytes: 4 << 20, memoryPages: 4_096 },
  cors: { origins: ['https://www.example.com'] },
  metrics: { namespace: 'Pictures' },
});

// In Lambda's init phase: a failed load is an init error, and the first caller does not wait.
await handler.ready;
