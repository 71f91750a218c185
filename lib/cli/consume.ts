import os from 'node:os';

import { Command } from 'commander';

import { brokerUrl, failureText, withoutPassword } from '../broker/options.js';
import type { ConnectionEvent } from '../broker/types.js';
import type * as Consumer from '../broker/consumer.js';
import { findGuest } from '../guest/guest-lookup.js';
import type * as Handler from '../lambda/handler.js';

import { addBrokerOptions } from './broker-options.js';
import type { BrokerOptions } from './broker-options.js';
import {
  acceptedOf,
  addGuestOptions,
  addProgramOptions,
  chooseModel,
  guestOf,
  inferenceOf,
  programOf,
} from './guest-options.js';
import type { GuestOptions, ProgramOptions } from './guest-options.js';
import { outliveReaders } from './readers.js';
import { stopOnSignals } from './stop-on-signals.js';
import { integerIn, regularExpression } from './parse.js';
import { whileLoading } from './waiting-line.js';

interface ConsumeCommandOptions extends GuestOptions, ProgramOptions, BrokerOptions {
  concurrency: number;
  timeout: number;
  deliveryLimit: number;
  retryQueue?: string;
  deadLetterQueue?: string;
  replyQueues?: RegExp;
  shutdownTimeout: number;
}

export function consumeCommand(): Command {
  const command = new Command('consume')
    .alias('worker')
    .description(
      'Serve invocations from a RabbitMQ queue; any number of consumers can share it. On SIGTERM or SIGINT it finishes ' +
        'the invocations in progress and exits with 0; a second signal ends it immediately.',
    );
  return addProgramOptions(addGuestOptions(addBrokerOptions(command)))
    .option(
      '--concurrency <n>',
      'invocations to run at the same time',
      integerIn(1, 256),
      os.availableParallelism(),
    )
    .option('--timeout <seconds>', 'time limit for an invocation', integerIn(1, 900), 30)
    .option('--delivery-limit <n>', 'redeliveries after a failure', integerIn(1, 1000), 5)
    .option(
      '--retry-queue <name>',
      "queue for messages to be retried (default: the queue's name with .retry)",
    )
    .option(
      '--dead-letter-queue <name>',
      "queue for messages that cannot be served (default: the queue's name with .dead)",
    )
    .option(
      '--reply-queues <pattern>',
      'regular expression for the queues that it may reply to (default: all)',
      regularExpression,
    )
    .option('--shutdown-timeout <seconds>', 'time limit for a shutdown', integerIn(1, 3600), 60)
    .addHelpText(
      'after',
      `
A message is an event as for the Lambda function, in JSON, such as {"body": "<hexadecimal picture>"}. The response goes
to its reply_to with its correlation_id, and the message is acknowledged once the broker has confirmed the response.
Messages that are not events, were delivered too often or have expired go to the dead-letter queue; each of them is
reported on standard error. 'wasmedge-embed invoke' is a client.`,
    )
    .action(consume);
}

async function consume(options: ConsumeCommandOptions): Promise<void> {
  outliveReaders();
  const { queue, concurrency, retryQueue, deadLetterQueue, replyQueues } = options;
  // Checked before anything is loaded.
  const url = brokerUrl('--amqp', options.amqp);
  const { createHandler } = require('../lambda/handler.js') as typeof Handler;
  const { startConsumer } = require('../broker/consumer.js') as typeof Consumer;
  const handler = createHandler({
    ...guestOf(options),
    ...(programOf(options) ?? {
      models: { default: chooseModel(options) },
      inference: inferenceOf(options),
      ...acceptedOf(options),
    }),
  });
  try {
    // A failed load is not the fault of a message.
    await whileLoading(options.module ?? findGuest(), options.aot, () => handler.ready);
    const consumer = await startConsumer({
      url,
      queue,
      handler,
      concurrency,
      timeoutMs: options.timeout * 1000,
      deliveryLimit: options.deliveryLimit,
      ...(retryQueue !== undefined && { retryQueue }),
      ...(deadLetterQueue !== undefined && { deadLetterQueue }),
      ...(replyQueues !== undefined && { replyQueues }),
      onConnection: tell(options),
      onFailure: (failure) => {
        process.stderr.write(`${failureText(failure)}\n`);
      },
    });
    stopOnSignals(async () => {
      await consumer.close();
      await handler.close();
    }, options.shutdownTimeout);
  } catch (error) {
    await handler.close();
    throw error;
  }
}

function tell({ amqp, queue }: ConsumeCommandOptions): (event: ConnectionEvent) => void {
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
