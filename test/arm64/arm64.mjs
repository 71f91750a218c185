import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { debian13ForArm64 } from './debian13.mjs';
import { liteRtForArm64, nativeTestsForArm64, nativeTestsInQemu } from './native-tests.mjs';
import { writeAtomically } from '../../scripts/setup/files.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { setupFolder } from '../../scripts/setup/paths.mjs';
import { runSteps } from '../../scripts/setup/steps.mjs';
import { report } from '../runner/report.mjs';
import { runCheck } from '../runner/run-check.mjs';

const help = `Compiles the native tests for arm64 and runs them in QEMU, on a machine with another processor.

Usage: npm run test:arm64 -- [--yes]

      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

They are built and run in a Debian 13 with a compiler and QEMU for this processor and the libraries for arm64,
including WasmEdge. It is created from packages of this machine's mirror and kept in the cache
(WASMEDGE_EMBED_CACHE, 2 gigabytes). Requires root. The prebuild for arm64: npm run prebuild -- --arch arm64.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      counts: { type: 'string', default: path.join(setupFolder, 'native-arm64.json') },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main({ counts, yes }) {
  if (process.arch === 'arm64') {
    console.error('This machine is of arm64: npm test -- --only native runs them without QEMU.');
    return 1;
  }
  rmSync(counts, { force: true });
  const context = { forTests: true, yes: Boolean(yes), photographs: [] };
  const steps = [debian13ForArm64, liteRtForArm64, nativeTestsForArm64];
  await runSteps(steps, context);
  console.log('');
  const result = await runCheck(nativeTestsInQemu, context, '(1/1)');
  if (result.counts) writeAtomically(counts, JSON.stringify(result.counts));
  console.log(report([result]));
  return result.ok ? 0 : 1;
}

await runCommand(help, readOptions, main);
