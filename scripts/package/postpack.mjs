import { runMain } from '../setup/index.mjs';
import { runSteps } from '../setup/steps.mjs';
import { typeScript } from '../setup/typescript.mjs';

// What npm runs after it packed: `dist` as the tests of the repository need it.
await runMain(async () => {
  await runSteps([typeScript], { forTests: false, yes: false, photographs: [] });
  return 0;
});
