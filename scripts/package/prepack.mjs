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

// What npm runs before it packs: all that the package holds is there and of the sources as they are.

/** Those of the commands, and the one that does nothing, which `wasmedge-embed bench` measures. */
const shippedGuests = ['image-classification', 'object-detection', 'infer', 'echo'].map((name) =>
  path.join(path.dirname(guestFile), `${name}.wasm`),
);

/** From nothing, so that no output of a source that is gone is in the package. */
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
  // What is published serves every processor; a tarball to be tried at home need not.
  const prebuilds = requirePrebuilds(process.env.npm_command === 'publish');
  await runSteps([prebuilds, defaultModel, javaScript, lean, guests, placeGuests], context);
  return 0;
});
