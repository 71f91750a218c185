import { Command, Option } from 'commander';

import { AOT_MODES, ISOLATIONS } from '../../module/load-settings.js';
import { loadModule } from '../../module/load-module.js';
import type { Isolation, LoadOptions, RunOptions } from '../../options/types.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { stackLines } from '../../support/guest-stack.js';
import { addCompileLimits, compileLimitsOf } from '../guest-options.js';
import type { CompileLimitOptions } from '../guest-options.js';
import { integerIn, seconds } from '../parse.js';
import { outliveReaders } from '../readers.js';
import { whileLoading } from '../waiting-line.js';

import { EXIT, exitCodeOf } from './exit-code.js';
import { argumentsOf, resultLines } from './numbers.js';
import { collectDirectory, collectScratch, collectVariable } from './options.js';
import { stopSignals } from '../stop-signals.js';

interface RunCommandOptions extends CompileLimitOptions {
  dir?: NonNullable<LoadOptions['directories']>;
  scratch?: string[];
  env?: Record<string, string>;
  invoke?: string;
  /** In milliseconds. */
  timeout?: number;
  /** In MiB. */
  memory?: number;
  fuel?: number;
  isolation: Isolation;
  aot: NonNullable<LoadOptions['aot']>;
  untrusted?: true;
}

const PAGES_PER_MIB = 16;

export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'Run a WASI program, or one of its functions. Options come before the module; what follows it is passed to ' +
        "the guest. The guest uses this command's standard streams, and its exit code becomes this command's.",
    )
    .argument('<module>', 'a .wasm, which is compiled once into the cache, or a compiled module')
    .argument('[args...]', 'arguments of the guest, or of the function with --invoke')
    .passThroughOptions()
    .option(
      '--dir <host[::guest][:rw|:copy]>',
      'a folder, which the guest finds under the name guest (default: the same as host); writable only ' +
        'with :rw, or in a temporary copy in memory with :copy; can be repeated',
      collectDirectory,
    )
    .option('--scratch <guest>', 'a temporary folder in memory; can be repeated', collectScratch)
    .option(
      '--env <name[=value]>',
      'an environment variable; without a value, it is inherited from this command; can be repeated (default: none)',
      collectVariable,
    )
    .option('--invoke <name>', 'call this exported function with numbers and print its results')
    .option('--timeout <seconds>', 'time limit, such as 1.5 (default: none)', seconds)
    .option('--memory <MiB>', 'memory limit of the guest (default: 4096)', integerIn(1, 4096))
    .option(
      '--fuel <n>',
      'instruction limit; for a module compiled with --meter, or compiled here',
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(
      new Option('--isolation <name>', 'where the guest runs')
        .choices(ISOLATIONS)
        .default('in-process'),
    )
    .addOption(
      new Option(
        '--aot <mode>',
        'auto: compile a .wasm first; off: interpret it; background: interpret it until it is compiled',
      )
        .choices(AOT_MODES)
        .default('auto'),
    )
    .option(
      '--untrusted',
      'do not trust the module: accept only WebAssembly, and compile it here within limits',
    );
  return addCompileLimits(command, 'none, 60 with --untrusted', 'none, 2048 with --untrusted')
    .addHelpText(
      'after',
      `
Exit code: that of the guest; ${EXIT.usage} for an invalid command line, ${EXIT.timeout} after --timeout, ${EXIT.refused} for a module that
cannot be run, ${EXIT.missing} for one that does not exist, ${EXIT.trap} for a trap or a limit, and as in shells 130 after SIGINT,
143 after SIGTERM, ${EXIT.brokenPipe} when nobody reads its output any more.

Examples:
  wasmedge-embed run hello.wasm
  wasmedge-embed run --dir ./photos::/photos --dir out::/out:rw resize.wasm /photos/cat.jpg /out/cat.jpg
  wasmedge-embed run --env LANG --timeout 10 --memory 256 --untrusted upload.wasm --verbose < input.txt
  wasmedge-embed run --invoke add math.wasm 3 4`,
    )
    .action(run);
}

async function run(file: string, args: string[], options: RunCommandOptions): Promise<void> {
  // Each write reports its own failure; a failure of an unawaited one must not end the process.
  outliveReaders();
  const stop = stopSignals();
  let code: number;
  try {
    code = await runModule(file, args, options, stop.signal);
  } catch (error) {
    code = stop.exitCode ?? exitCodeOf(error, file);
    // Whoever stopped it, or stopped reading, knows why.
    if (stop.exitCode === undefined && code !== EXIT.brokenPipe) tell(error);
  }
  stop.forget();
  process.exitCode = code;
  // A terminal, or a writer that continues, would keep this process alive.
  process.stdin.destroy();
}

async function runModule(
  file: string,
  args: readonly string[],
  options: RunCommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const module = await whileLoading(file, options.aot, () =>
    loadModule(file, loadOptions(options, signal)),
  );
  try {
    const streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
    const given: RunOptions = { ...streams, signal };
    const { invoke } = options;
    if (invoke === undefined) return (await module.run({ ...given, args })).exitCode;
    const values = argumentsOf(module.exports, invoke, args);
    const { value } = await module.invoke(invoke, values, given);
    await print(resultLines(value));
    return 0;
  } finally {
    await module.close();
  }
}

/** Resolves when it is written. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (cause) => {
      if (!cause) resolve();
      else {
        const message = `The results of the function could not be printed: ${reasonOf(cause)}`;
        reject(new WasmEdgeError('ERR_STREAM', message, { cause }));
      }
    });
  });
}

function loadOptions(options: RunCommandOptions, signal: AbortSignal): LoadOptions {
  const { dir, scratch, env, timeout, memory, fuel, isolation, aot, untrusted } = options;
  return {
    ...{ isolation, aot, trusted: untrusted !== true, signal, concurrency: 1 },
    compile: compileLimitsOf(options),
    ...(dir && { directories: dir }),
    ...(scratch && { scratch }),
    ...(env && { env }),
    limits: {
      ...(timeout !== undefined && { timeoutMs: timeout }),
      ...(memory !== undefined && { memoryPages: memory * PAGES_PER_MIB }),
      ...(fuel !== undefined && { fuel }),
    },
  };
}

function tell(error: unknown): void {
  // Errors of the family explain themselves; anything else is a bug and shows its stack.
  if (!(error instanceof WasmEdgeError)) {
    console.error('wasmedge-embed:', error);
  } else if (error.code !== 'ERR_GUEST_EXIT') {
    console.error('wasmedge-embed:', `${error.code}: ${error.message}`);
    const { guestStack = [], guestStackOmitted } = error;
    if (guestStack.length > 0) process.stderr.write(stackLines(guestStack, guestStackOmitted));
  }
}
