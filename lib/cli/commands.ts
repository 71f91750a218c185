import type { Command } from 'commander';

import type * as Bench from './bench.js';
import type * as Build from './build.js';
import type * as Bundle from './bundle.js';
import type * as Classify from './classify.js';
import type * as Compile from './compile.js';
import type * as Consume from './consume.js';
import type * as Detect from './detect.js';
import type * as Doctor from './doctor.js';
import type * as Infer from './infer/command.js';
import type * as Inspect from './inspect.js';
import type * as Invoke from './invoke.js';
import type * as Model from './model.js';
import type * as Run from './run/command.js';
import type * as Serve from './serve.js';

/** Creates each command, in the order of the help. What a command needs is loaded only with it. */
const COMMANDS: Readonly<Record<string, () => Command>> = {
  run: () => (require('./run/command.js') as typeof Run).runCommand(),
  classify: () => (require('./classify.js') as typeof Classify).classifyCommand(),
  detect: () => (require('./detect.js') as typeof Detect).detectCommand(),
  bench: () => (require('./bench.js') as typeof Bench).benchCommand(),
  serve: () => (require('./serve.js') as typeof Serve).serveCommand(),
  consume: () => (require('./consume.js') as typeof Consume).consumeCommand(),
  invoke: () => (require('./invoke.js') as typeof Invoke).invokeCommand(),
  infer: () => (require('./infer/command.js') as typeof Infer).inferCommand(),
  compile: () => (require('./compile.js') as typeof Compile).compileCommand(),
  inspect: () => (require('./inspect.js') as typeof Inspect).inspectCommand(),
  bundle: () => (require('./bundle.js') as typeof Bundle).bundleCommand(),
  build: () => (require('./build.js') as typeof Build).buildCommand(),
  model: () => (require('./model.js') as typeof Model).modelCommand(),
  doctor: () => (require('./doctor.js') as typeof Doctor).doctorCommand(),
};

/** The command that the arguments begin with, otherwise all: for the help, and for suggestions. */
export function commandsFor([name = '']: readonly string[]): Command[] {
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return (named ? [named] : Object.values(COMMANDS)).map((create) => create());
}
