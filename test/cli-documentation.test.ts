import assert from 'node:assert/strict';

import { commandLine } from './support/command-line.js';
import { commandCalls, pages } from './support/documentation.js';

/** The options in the help of a command; undefined if there is no such command. */
async function optionsOf(command: string): Promise<string[] | undefined> {
  const { stdout, exitCode } = await commandLine([...command.split(' '), '--help']);
  const isThere =
    exitCode === 0 && stdout.startsWith(`Usage: wasmedge-embed ${command.split(' ')[0]}`);
  return isThere ? [...stdout.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option) : undefined;
}

describe('The calls of the command in the documentation', () => {
  it('name subcommands and options that there are', async function () {
    this.timeout(120_000);
    // Older entries of the change log contain names that have been changed since.
    const calls = pages()
      .filter(({ name }) => name !== 'CHANGELOG.md')
      .flatMap(({ name, text }) => commandCalls(text).map((call) => ({ name, ...call })));
    assert.ok(calls.length > 30);
    const commands = [...new Set(calls.map(({ command }) => command))];
    const known = new Map<string, string[] | undefined>();
    for (const command of commands) known.set(command, await optionsOf(command));
    const stale = calls.flatMap(({ name, command, options }) => {
      const offered = known.get(command);
      if (offered === undefined) return [`${name}: ${command}`];
      return options
        .filter(
          (option) => !offered.includes(option) && !offered.includes(option.replace('--', '--no-')),
        )
        .map((option) => `${name}: ${command} ${option}`);
    });
    assert.deepEqual(stale, []);
  });
});
