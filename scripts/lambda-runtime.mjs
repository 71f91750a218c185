import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { clientProgram, emulatorProgram, runtimeSteps } from './lambda/steps.mjs';
import { runMain } from './setup/index.mjs';
import { localProgram, root, setupFolder } from './setup/paths.mjs';
import { run } from './setup/processes.mjs';
import { runSteps } from './setup/steps.mjs';

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

async function main() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        grep: { type: 'string' },
        counts: { type: 'string', default: path.join(setupFolder, 'mocha-lambda.json') },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { counts, grep } = values;
  rmSync(counts, { force: true });
  await runSteps(runtimeSteps, { forTests: true, yes: Boolean(values.yes), photographs: [] });
  const compiled = await run(localProgram('tsc'), ['-p', 'tsconfig.test.json'], {
    cwd: root,
    inherit: true,
  });
  if (compiled.code !== 0) return 1;
  const { code } = await run(
    localProgram('mocha'),
    [
      // Its configuration would add the package's other tests.
      ...['--no-config', '--forbid-only', '--require', './build/test/support/cache.js'],
      'build/test/e2e/lambda-runtime.e2e.js',
      ...['--reporter', path.join(root, 'scripts/test/mocha-reporter.mjs')],
      ...['--reporter-option', `output=${counts}`],
      ...(grep === undefined ? [] : ['--grep', grep]),
    ],
    {
      cwd: root,
      env: {
        WASMEDGE_EMBED_LAMBDA_CLIENT: clientProgram,
        WASMEDGE_EMBED_LAMBDA_EMULATOR: emulatorProgram,
      },
      inherit: true,
    },
  );
  return code ?? 1;
}

await runMain(main);
