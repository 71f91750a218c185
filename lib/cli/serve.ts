import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { Command, Option } from 'commander';

import type { HandlerOptions } from '../lambda/types.js';
import { ISOLATIONS } from '../module/load-settings.js';
import type { Isolation } from '../options/types.js';
import { isLoopback } from '../serve/hosts.js';
import type * as Serve from '../serve/server.js';
import type { Server, ServerOptions } from '../serve/server.js';
import { reasonOf } from '../support/errors.js';

import {
  addGuestOptions,
  addProgramOptions,
  chooseModel,
  inferenceOf,
  limitsOf,
  programOf,
  trustOf,
} from './guest-options.js';
import type { GuestOptions, ProgramOptions } from './guest-options.js';
import { outliveReaders, stopOnSignals } from './stop-on-signals.js';
import { integerIn, share } from './parse.js';
import { taskOf } from './task.js';

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
      'Serve the Lambda handler over HTTP on this machine. Ends with 0 after SIGTERM or SIGINT once ' +
        'everything under way is answered, with 1 when that takes too long; a second signal ends it at once.',
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '-p, --port <n>',
      'the port to listen on; 0 takes one that is free',
      integerIn(0, 65_535),
      8080,
    );
  return addProgramOptions(addGuestOptions(command))
    .option('--concurrency <n>', 'pictures at a time', integerIn(1, 256), os.availableParallelism())
    .option(
      '--max-queue <n>',
      'requests that may wait beyond these; who waits behind more has mostly gone',
      integerIn(0, 100_000),
      64,
    )
    .option(
      '--timeout <seconds>',
      'longest time of a request, its body on the way included',
      integerIn(1, 900),
      30,
    )
    .option('--max-body <MiB>', 'largest request body', integerIn(1, 256), 12)
    .option('-k, --top-k <n>', 'labels in a JSON answer', integerIn(1, 1000), 5)
    .option('--threshold <score>', 'with a detector: the lowest score that is told', share, 0.5)
    .addOption(
      new Option(
        '--compare <isolation...>',
        'further isolations that requests may ask for, each loaded when one first does ' +
          '(default: all of them where only this machine can ask, else none)',
      ).choices(ISOLATIONS),
    )
    .option('--no-compare', 'none of them')
    .option('--cors <origin...>', "origins whose pages may ask; '*' for all")
    .option(
      '--allow-host <name...>',
      "names that requests may have for this server beside this machine's own, where only this machine can ask",
    )
    .option('--shutdown-timeout <seconds>', 'longest time of a shutdown', integerIn(1, 3600), 60)
    .addHelpText(
      'after',
      `
Resources:
  GET  /                                           a page that classifies photographs; with a detector
                                                   it draws boxes around what was found
  any  /run and below, with --task run             by the program, whose input the body is
  POST /classify or /detect, by the model          a picture, raw or as a form's file; ?format=json,
                                                   ?isolation=NAME of those on offer
  POST /2015-03-31/functions/NAME/invocations      an event, as to the Runtime Interface Emulator:
                                                   {"body": "<hexadecimal JPEG>"}, any name
  GET  /healthz                                    503 while shutting down
  GET  /metrics                                    for Prometheus

Beyond --concurrency and --max-queue answers are 503. The log goes to stdout, a line for each invocation, with the id that the answer has as X-Request-Id; AWS_LAMBDA_LOG_FORMAT=JSON and AWS_LAMBDA_LOG_LEVEL are as on Lambda.`,
    )
    .action(serve);
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const begin = performance.now();
  outliveReaders();
  const { handler, model, what } = await answering(options);
  const shown = model !== undefined && { model };
  const server = await start({ ...serverOptions(options, handler), ...shown }, command);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stderr.write(`Listening on ${server.url} (ready in ${seconds} s). ${what}.\n`);
  stopOnSignals(() => server.close(), options.shutdownTimeout);
}

/** What requests are answered by, and in words. */
async function answering(
  options: ServeOptions,
): Promise<{ handler: HandlerOptions; model?: string; what: string }> {
  const program = programOf(options);
  if (program) return { handler: program, what: `Program: ${options.module ?? 'none'}` };
  const model = chooseModel(options);
  // The model at hand is a classifier.
  const task = options.model === undefined ? 'classify' : await taskOf(options.model);
  const { topK, threshold } = options;
  return {
    handler: {
      models: { default: model },
      inference: inferenceOf(options),
      ...(task === 'detect' ? { task, threshold } : { topK }),
    },
    // Where a file is on this machine is nobody's business who sees the page.
    model: path.basename(model.description),
    what: `Model: ${model.description}`,
  };
}

function serverOptions(options: ServeOptions, handler: HandlerOptions): ServerOptions {
  const { host, port, module, isolation, concurrency, maxQueue } = options;
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
      ...(module !== undefined && { module }),
      isolation,
      ...trustOf(options),
      limits: { ...limitsOf(options), stdinBytes: maxBodyBytes },
      concurrency,
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
  // Not above: the other commands need nothing of it.
  const { startServer } = require('../serve/server.js') as typeof Serve;
  try {
    return await startServer(options);
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    return command.error(
      `error: ${reasonOf(error)}. Choose another address with --host or --port; --port 0 takes one that is free.`,
    );
  }
}
