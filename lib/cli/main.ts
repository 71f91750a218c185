#!/usr/bin/env node
import './code-cache.js';

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { WasmEdgeError } from '../support/errors.js';

import { commandsFor } from './commands.js';
import { watchReaders } from './readers.js';
import { EXIT } from './run/exit-code.js';

const root = path.join(__dirname, '..', '..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
};

watchReaders();
const program = new Command('wasmedge-embed')
  .description(
    'Run WebAssembly with WasmEdge and TensorFlow Lite inside Node.js: run any WASI program, classify pictures, ' +
      'find objects in them, serve both over HTTP or from a queue, run models on tensors, compile and inspect ' +
      'modules, bundle everything for Lambda, build the addon, and check this machine.',
  )
  .version(version)
  // Options after a subcommand belong to it, even if the command has them too.
  .enablePositionalOptions()
  .showHelpAfterError("(run with '--help' for the options)")
  .addHelpText(
    'after',
    `
Environment:
  WASMEDGE_DIR           folder of the WasmEdge library, instead of ~/.wasmedge and the system's
  WASMEDGE_EMBED_CACHE   folder for compiled modules, downloaded models, and this command's JavaScript as
                         Node.js compiled it; whatever is in it can be deleted at any time
                         (default: $XDG_CACHE_HOME/wasmedge-embed or ~/.cache/wasmedge-embed)
  WASMEDGE_EMBED_DATA    folder whose models/ takes precedence over downloaded and default models`,
  );

for (const command of commandsFor(process.argv.slice(2))) program.addCommand(command);
// Subcommands created elsewhere inherit nothing by default.
function inherit(command: Command): void {
  for (const subcommand of command.commands) {
    subcommand.copyInheritedSettings(command);
    inherit(subcommand);
  }
}
inherit(program);
// Exit code 1 may be the guest's.
program.commands
  .find((command) => command.name() === 'run')
  ?.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

program.parseAsync().catch((error: unknown) => {
  // WasmEdgeErrors explain themselves; anything else is a bug and shows its stack.
  const message = error instanceof WasmEdgeError ? `${error.code}: ${error.message}` : error;
  console.error('wasmedge-embed:', message);
  process.exitCode = 1;
});
