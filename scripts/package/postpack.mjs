import { runMain } from '../setup/index.mjs';
import { runSteps } from '../setup/steps.mjs';
import { typeScript } from '../setup/typescript.mjs';

// Run by npm after packing: restores `dist` as the tests of the repository need it.
await runMain(async () => {
  await runSteps([typeScript], { forTests: false, yes: false, photographs: [] });
  return 0;
});
