import { parseArgs } from 'node:util';

import { formatters } from './format/formatters.mjs';
import { runCommand } from './setup/index.mjs';
import { npmDependencies } from './setup/npm.mjs';
import { runSteps } from './setup/steps.mjs';
import { systemPackages } from './setup/system/step.mjs';

const help = `Formats all sources: Prettier, clang-format, rustfmt.

Usage: npm run format -- [--yes]

  -y, --yes   install missing system packages without asking
  -h, --help  print this text

\`npm run lint\` checks the formatting and runs the linters.
`;

function readOptions() {
  const { values } = parseArgs({
    options: { yes: { type: 'boolean', short: 'y' }, help: { type: 'boolean', short: 'h' } },
  });
  return values;
}

async function main({ yes }) {
  const context = { forTests: true, yes: Boolean(yes), photographs: [] };
  await runSteps([systemPackages, npmDependencies, ...formatters.map(stepOf)], context);
  return 0;
}

/** @returns {import('./setup/steps.mjs').Step} */
function stepOf({ name, title, command: commandOf }) {
  return {
    name: `format-${name}`,
    title,
    advice: 'Fix the invalid source that it reports, then run this command again.',
    async run({ machine }, task) {
      const { command, args, options } = commandOf(machine, true);
      await task.exec(command, args, options);
    },
  };
}

await runCommand(help, readOptions, main);
