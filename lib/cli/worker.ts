import os from 'node:os';

import { Command } from 'commander';

import { withoutPassword } from '../broker/options.js';
import type { ConnectionEvent } from '../broker/types.js';
import { startWorker } from '../broker/worker.js';
import { createHandler } from '../lambda/handler.js';

import { addGuestOptions, chooseModel, inferenceOf } from './guest-options.js';
import type { GuestOptions } from './guest-options.js';
import { integerIn } from './parse.js';
import { stopOnSignals } from './stop-on-signals.js';

interface WorkerCommandOptions extends GuestOptions {
  amqp: string;
  queue: string;
  concurrency: number;
  timeout: number;
  deliveryLimit: number;
  deadLetterQueue?: string;
  shutdownTimeout: number;
}

export function workerCommand(): Command {
  const command = new Command('worker')
    .description(
      'Serve invocations from a queue of RabbitMQ, one worker of as many as are wanted. Ends with 0 after ' +
        'SIGTERM or SIGINT once everything under way is answered; a second signal ends it at once.',
    )
    .requiredOption('--queue <name>', "the queue: the function's name")
    .option('--amqp <url>', 'the broker: amqp://user:password@host:5672/vhost', 'amqp://127.0.0.1');
  return addGuestOptions(command)
    .option('--concurrency <n>', 'pictures at a time', integerIn(1, 256), os.availableParallelism())
    .option('--timeout <seconds>', 'longest time of an invocation', integerIn(1, 900), 30)
    .option('--delivery-limit <n>', 'deliveries again after a failure', integerIn(1, 1000), 5)
    .option('--dead-letter-queue <name>', "where poison ends (default: the queue's name and .dead)")
    .option('--shutdown-timeout <seconds>', 'longest time of a shutdown', integerIn(1, 3600), 60)
    .addHelpText(
      'after',
      `
A message is an event as to the Lambda function, JSON such as {"body": "<hexadecimal JPEG>"}; its answer goes to
its reply_to with its correlation_id. It is acknowledged once the broker has confirmed the answer. What is no event,
is delivered too often or expires ends in the dead-letter queue. 'wasmedge-embed invoke' is a client.`,
    )
    .action(work);
}

async function work(options: WorkerCommandOptions): Promise<void> {
  const { queue, module, isolation, concurrency, deadLetterQueue } = options;
  const handler = createHandler({
    ...(module !== undefined && { module }),
    isolation,
    models: { default: chooseModel(options) },
    inference: inferenceOf(options),
    concurrency,
  });
  try {
    // What cannot be loaded is no message's fault.
    await handler.ready;
    const worker = await startWorker({
      url: options.amqp,
      queue,
      handler,
      concurrency,
      timeoutMs: options.timeout * 1000,
      deliveryLimit: options.deliveryLimit,
      ...(deadLetterQueue !== undefined && { deadLetterQueue }),
      onConnection: tell(options),
    });
    stopOnSignals(async () => {
      await worker.close();
      await handler.close();
    }, options.shutdownTimeout);
  } catch (error) {
    await handler.close();
    throw error;
  }
}

function tell({ amqp, queue }: WorkerCommandOptions): (event: ConnectionEvent) => void {
  const address = withoutPassword(amqp);
  return ({ state, delayMs, error }) => {
    const reason = error?.message ?? 'no reason given';
    const text = {
      connected: `Waiting for invocations from ${queue} on ${address}.`,
      lost: `Connection to ${address} lost: ${reason}`,
      retry: `No connection to ${address} (${reason}). Next attempt in ${delayMs ?? 0} ms.`,
    };
    process.stderr.write(`${text[state]}\n`);
  };
}
