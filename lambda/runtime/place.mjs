import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { clientPackage, emulatorProgram, runtimeSteps } from './steps.mjs';
import { runMain } from '../../scripts/setup/index.mjs';
import { inspectMachine } from '../../scripts/setup/machine.mjs';
import { runSteps } from '../../scripts/setup/steps.mjs';

/** The parts of the client that are used; the rest is what it was built from. */
const clientParts = /^(bin|dist|package\.json|LICENSE|NOTICE|THIRD-PARTY-LICENSES)$/;

async function main() {
  const [image] = process.argv.slice(2);
  if (image === undefined) {
    console.error('Usage: node lambda/runtime/place.mjs FOLDER');
    return 2;
  }
  const machine = await inspectMachine();
  await runSteps(runtimeSteps, { forTests: false, yes: true, photographs: [], machine });

  const client = path.join(image, 'var/runtime/aws-lambda-ric');
  for (const name of readdirSync(clientPackage).filter((each) => clientParts.test(each))) {
    cpSync(path.join(clientPackage, name), path.join(client, name), { recursive: true });
  }
  const emulator = path.join(image, 'usr/local/bin/aws-lambda-rie');
  mkdirSync(path.dirname(emulator), { recursive: true });
  cpSync(emulatorProgram, emulator);
  chmodSync(emulator, 0o755);
  return 0;
}

await runMain(main);
