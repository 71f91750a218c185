import { readFile } from 'node:fs/promises';

import { Command } from 'commander';

import type * as Client from '../broker/client.js';
import { brokerUrl } from '../broker/options.js';
import { reasonOf } from '../support/errors.js';

import { addBrokerOptions } from './broker-options.js';
import type { BrokerOptions } from './broker-options.js';
import { labelsTable } from './labels-table.js';
import type { Label, Labelled } from './labels-table.js';
import { integerIn } from './parse.js';
import { forEachPicture } from './picture-loop.js';

interface InvokeCommandOptions extends BrokerOptions {
  concurrency: number;
  timeout: number;
  json?: true;
}

export function invokeCommand(): Command {
  const command = new Command('invoke')
    .description(
      "Send pictures to the consumers of a queue ('wasmedge-embed consume') to be classified. The exit code is 1 if any picture " +
        'could not be classified.',
    )
    .argument('<image...>', 'JPEG, PNG, WebP, GIF or BMP files, recognized by their content');
  return addBrokerOptions(command)
    .option('--concurrency <n>', 'pictures to send at the same time', integerIn(1, 10_000), 8)
    .option('--timeout <seconds>', 'time limit for a picture', integerIn(1, 86_400), 60)
    .option('--json', 'print JSON')
    .action(invoke);
}

async function invoke(images: string[], options: InvokeCommandOptions): Promise<void> {
  const { connectClient } = require('../broker/client.js') as typeof Client;
  const client = await connectClient({
    url: brokerUrl('--amqp', options.amqp),
    queue: options.queue,
    timeoutMs: options.timeout * 1000,
  });
  const results: Labelled[] = images.map((image) => ({ image }));
  try {
    const { concurrency } = options;
    await forEachPicture(results, { concurrency, steps: images.length }, async (result, onStep) => {
      try {
        result.topK = await classify(client, result.image);
      } catch (error) {
        result.error = reasonOf(error);
      }
      onStep();
    });
  } finally {
    await client.close();
  }
  console.log(options.json ? JSON.stringify({ results }, null, 2) : labelsTable(results));
  for (const { image, error } of results) if (error) console.error(`${image}: ${error}`);
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

async function classify(client: Client.QueueClient, image: string): Promise<Label[]> {
  const picture = await readFile(image);
  const answer = (await client.invoke({
    body: picture.toString('base64'),
    isBase64Encoded: true,
    queryStringParameters: { format: 'json' },
  })) as { statusCode?: number; body?: string };
  const body = JSON.parse(String(answer.body)) as {
    topK?: Label[];
    title?: string;
    detail?: string;
  };
  if (answer.statusCode === 200 && body.topK) return body.topK;
  throw new Error(
    body.detail ?? body.title ?? `The function answered ${String(answer.statusCode)}.`,
  );
}
