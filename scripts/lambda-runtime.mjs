import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { clientProgram, emulatorProgram, runtimeSteps } from './lambda/steps.mjs';
import { runCommand } from './setup/index.mjs';
import { setupFolder } from './setup/paths.mjs';
import { runSteps } from './setup/steps.mjs';
import { runEndToEnd } from './test/end-to-end.mjs';

const help = `Runs the Lambda handler in AWS's own runtime, and tests it from outside, with curl.

Usage: npm run test:lambda -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  where to write how many tests passed, failed and were skipped, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    this text

The repository is to be set up (npm run quickstart). The first run fetches the Runtime Interface Emulator out of
the wheel of AWS's SAM CLI, and builds the Runtime Interface Client (aws-lambda-ric), which needs autoconf, automake,
libtool, CMake and a C++ compiler; both are kept in the cache (WASMEDGE_EMBED_CACHE).
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      grep: { type: 'string' },
      counts: { type: 'string', default: path.join(setupFolder, 'mocha-lambda.json') },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main(values) {
  const { counts, grep } = values;
  rmSync(counts, { force: true });
  await runSteps(runtimeSteps, { forTests: true, yes: Boolean(values.yes), photographs: [] });
  return runEndToEnd('e2e/lambda-runtime.e2e', {
    counts,
    grep,
    env: {
      WASMEDGE_EMBED_LAMBDA_CLIENT: clientProgram,
      WASMEDGE_EMBED_LAMBDA_EMULATOR: emulatorProgram,
    },
  });
}

await runCommand(help, readOptions, main);
