import { createRequire } from 'node:module';
import { defaultMaxListeners, setMaxListeners } from 'node:events';
import path from 'node:path';

import type { CommandResult } from './command-line.js';
import { ROOT } from './paths.js';

// A program: runs `wasmedge-embed` once for each list of arguments in the JSON that it is given, and
// prints the results as JSON. Each run has its own command, and must end before it waits for anything.

const MAIN = path.join(ROOT, 'dist', 'cli', 'main.js');
const load = createRequire(MAIN);
const write = process.stdout.write.bind(process.stdout);
const commands = JSON.parse(process.argv[2] ?? '') as string[][];

// Each run listens to these.
setMaxListeners(defaultMaxListeners * commands.length, process.stdout, process.stderr);

function run(args: readonly string[]): CommandResult {
  const result = { stdout: '', stderr: '' };
  let exitCode: number | undefined;
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array): boolean => {
      // What follows is about the error by which it was kept from going on.
      if (exitCode === undefined) result[name] += String(text);
      return true;
    };
  }
  process.exit = (code): never => {
    exitCode ??= Number(code ?? 0);
    throw new Error('It has ended.');
  };
  process.argv = [process.execPath, MAIN, ...args];
  Reflect.deleteProperty(load.cache, MAIN);
  load(MAIN);
  if (exitCode === undefined) throw new Error(`It has not ended: ${args.join(' ')}`);
  return { ...result, exitCode };
}

const results = commands.map(run);
setImmediate(() => {
  process.exitCode = 0;
  write(JSON.stringify(results));
});
