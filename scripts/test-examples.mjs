import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { exampleSteps } from './examples/steps.mjs';
import { runCommand } from './setup/index.mjs';
import { setupFolder } from './setup/paths.mjs';
import { photographs } from './setup/photographs.mjs';
import { runSteps } from './setup/steps.mjs';
import { systemPackages } from './setup/system/step.mjs';
import { runEndToEnd } from './test/end-to-end.mjs';

const help = `Installs and builds the examples, and tests each as its users run it.

Usage: npm run test:examples -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  where to write how many tests passed, failed and were skipped, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    this text

The repository is to be set up (npm run quickstart). The examples' npm dependencies and crates are downloaded once.
Without sample data (WASMEDGE_EMBED_DATA) two photographs are, too. The queue worker is tested behind a broker with
npm run test:broker.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      grep: { type: 'string' },
      counts: { type: 'string', default: path.join(setupFolder, 'mocha-examples.json') },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main(values) {
  const { counts, grep } = values;
  rmSync(counts, { force: true });
  const context = { forTests: true, yes: Boolean(values.yes), photographs: [] };
  await runSteps([systemPackages, ...exampleSteps, photographs], context);
  return runEndToEnd('examples/*.test', {
    counts,
    grep,
    env: { WASMEDGE_EMBED_PHOTOGRAPHS: context.photographs.join(path.delimiter) },
  });
}

await runCommand(help, readOptions, main);
