import path from 'node:path';

import { defaultModel } from '../setup/default-model.mjs';
import { copyAtomically } from '../setup/files.mjs';
import { guests } from '../setup/guests.mjs';
import { runMain } from '../setup/index.mjs';
import { inspectMachine } from '../setup/machine.mjs';
import { guestFile, root } from '../setup/paths.mjs';
import { runSteps } from '../setup/steps.mjs';
import { typeScript } from '../setup/typescript.mjs';
import { lean } from './lean.mjs';
import { requirePrebuilds } from './prebuilds.mjs';

// Run by npm before packing: checks that everything in the package exists and matches the sources.

/**
 * The guests of the commands, and the one that does nothing, which `wasmedge-embed bench` measures.
 */
const shippedGuests = ['image-classification', 'object-detection', 'infer', 'echo'].map((name) =>
  path.join(path.dirname(guestFile), `${name}.wasm`),
);

/** From scratch, so that the package contains no output of deleted sources. */
const javaScript = { ...typeScript, stamp: undefined };

/** @type {import('../setup/steps.mjs').Step} */
const placeGuests = {
  name: 'package-guests',
  title: 'Copying the guests',
  async run() {
    for (const file of shippedGuests) {
      copyAtomically(file, path.join(root, 'dist/guest', path.basename(file)));
    }
  },
};

await runMain(async () => {
  const context = { forTests: false, yes: false, photographs: [], machine: await inspectMachine() };
  // A published package must support all processors; a tarball for trying at home need not.
  const prebuilds = requirePrebuilds(process.env.npm_command === 'publish');
  await runSteps([prebuilds, defaultModel, javaScript, lean, guests, placeGuests], context);
  return 0;
});
