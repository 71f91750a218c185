import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { Command, Option } from 'commander';

import type { HandlerOptions } from '../lambda/types.js';
import { findGuest } from '../guest/guest-lookup.js';
import { ISOLATIONS } from '../module/load-settings.js';
import type { Isolation } from '../options/types.js';
import { isLoopback } from '../serve/hosts.js';
import type * as Serve from '../serve/server.js';
import type { Server, ServerOptions } from '../serve/server.js';
import { reasonOf } from '../support/errors.js';

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
import { integerIn, share } from './parse.js';
import { taskOf } from './task.js';
import { whileLoading } from './waiting-line.js';

interface ServeOptions extends GuestOptions, ProgramOptions {
  host: string;
  port: number;
  concurrency: number;
  maxQueue: number;
  timeout: number;
  maxBody: number;
  topK: number;
  threshold: number;
  compare?: Isolation[] | false;
  cors?: string[];
  allowHost?: string[];
  shutdownTimeout: number;
}

const MIB = 1 << 20;

export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'Serve the Lambda handler over HTTP on this machine. On SIGTERM or SIGINT it finishes the requests in progress ' +
        'and exits with 0, or with 1 if that takes too long; a second signal ends it immediately.',
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '-p, --port <n>',
      'the port to listen on; 0 selects a free one',
      integerIn(0, 65_535),
      8080,
    );
  return addProgramOptions(addGuestOptions(command))
    .option(
      '--concurrency <n>',
      'invocations to run at the same time',
      integerIn(1, 256),
      os.availableParallelism(),
    )
    .option('--max-queue <n>', 'requests that may wait for their turn', integerIn(0, 100_000), 64)
    .option(
      '--timeout <seconds>',
      'time limit for a request, including its upload',
      integerIn(1, 900),
      30,
    )
    .option('--max-body <MiB>', 'largest request body', integerIn(1, 256), 12)
    .option('-k, --top-k <n>', 'labels in a JSON answer', integerIn(1, 1000), 5)
    .option('--threshold <score>', 'with a detector: lowest score to report', share, 0.5)
    .addOption(
      new Option(
        '--compare <isolation...>',
        'other isolations that requests may choose, each loaded on first use ' +
          '(default: all of them on a loopback address, otherwise none)',
      ).choices(ISOLATIONS),
    )
    .option('--no-compare', 'offer no other isolation')
    .option('--cors <origin...>', "origins whose pages may send requests; '*' for all")
    .option(
      '--allow-host <name...>',
      'additional host names that requests may use for this server when it listens on a loopback address',
    )
    .option('--shutdown-timeout <seconds>', 'time limit for a shutdown', integerIn(1, 3600), 60)
    .addHelpText(
      'after',
      `
Resources:
  GET  /                                           a page that classifies photographs; with a detector
                                                   it draws boxes around the objects
  any  /run and below, with --task run             the program; the body is its input
  POST /classify or /detect, by the model          a picture, raw or as a file in a form; ?format=json,
                                                   ?isolation=NAME
  POST /2015-03-31/functions/NAME/invocations      an event, as for the Runtime Interface Emulator:
                                                   {"body": "<hexadecimal picture>"}; any name
  GET  /healthz                                    503 while shutting down
  GET  /metrics                                    for Prometheus

When --concurrency and --max-queue are exhausted, the response is 503. The log goes to stdout, one line for each
invocation, with the ID that the response has as X-Request-Id. AWS_LAMBDA_LOG_FORMAT=JSON and AWS_LAMBDA_LOG_LEVEL
work as on Lambda.`,
    )
    .action(serve);
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const begin = performance.now();
  outliveReaders();
  const { handler, model, what } = await answering(options);
  const shown = model !== undefined && { model };
  const guest = options.module ?? findGuest(handler.task === 'detect' ? 'detect' : 'classify');
  const server = await whileLoading(guest, options.aot, () =>
    start({ ...serverOptions(options, handler), ...shown }, command),
  );
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stderr.write(`Listening on ${server.url} (ready in ${seconds} s). ${what}.\n`);
  stopOnSignals(() => server.close(), options.shutdownTimeout);
}

/** What answers requests, also in words. */
async function answering(
  options: ServeOptions,
): Promise<{ handler: HandlerOptions; model?: string; what: string }> {
  const program = programOf(options);
  if (program) return { handler: program, what: `Program: ${options.module ?? 'none'}` };
  const model = chooseModel(options);
  // The default model is a classifier.
  const task = options.model === undefined ? 'classify' : await taskOf(options.model);
  const { topK, threshold } = options;
  return {
    handler: {
      models: { default: model },
      inference: inferenceOf(options),
      ...(task === 'detect' ? { task, threshold } : { topK }),
      ...acceptedOf(options),
    },
    // Visitors of the page must not see where a file is on this machine.
    model: path.basename(model.description),
    what: `Model: ${model.description}`,
  };
}

function serverOptions(options: ServeOptions, handler: HandlerOptions): ServerOptions {
  const { host, port, maxQueue } = options;
  const guest = guestOf(options);
  const maxBodyBytes = options.maxBody * MIB;
  return {
    host,
    port,
    timeoutMs: options.timeout * 1000,
    maxBodyBytes,
    compare: comparisons(options),
    allowHosts: (options.allowHost ?? []).map((name) => name.toLowerCase()),
    handler: {
      ...handler,
      ...guest,
      limits: { ...guest.limits, stdinBytes: maxBodyBytes },
      maxQueue,
      ...(options.cors && { cors: { origins: options.cors.includes('*') ? '*' : options.cors } }),
    },
  };
}

function comparisons({ compare, host }: ServeOptions): readonly Isolation[] {
  if (compare === undefined) return isLoopback(host) ? ISOLATIONS : [];
  return compare || [];
}

async function start(options: ServerOptions, command: Command): Promise<Server> {
  // Not at the top: the other commands do not need it.
  const { startServer } = require('../serve/server.js') as typeof Serve;
  try {
    return await startServer(options);
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    return command.error(
      `error: ${reasonOf(error)}. Choose another address with --host or --port; --port 0 selects a free one.`,
    );
  }
}
