import { addon } from '../setup/addon.mjs';
import { defaultModel } from '../setup/default-model.mjs';
import { guests } from '../setup/guests.mjs';
import { runMain } from '../setup/index.mjs';
import { liteRt } from '../setup/litert.mjs';
import { inspectMachine } from '../setup/machine.mjs';
import { npmDependencies } from '../setup/npm.mjs';
import { runSteps } from '../setup/steps.mjs';
import { typeScript } from '../setup/typescript.mjs';

/**
 * Steps of the set-up that stages of the Dockerfile run by name; the stages provide what they need.
 */
const available = [npmDependencies, liteRt, defaultModel, addon, typeScript, guests];

async function main() {
  const names = process.argv.slice(2);
  const steps = names.map((name) => available.find((step) => step.name === name));
  if (steps.length === 0 || steps.includes(undefined)) {
    const known = available.map(({ name }) => name).join(', ');
    console.error(`Usage: node scripts/container/stage.mjs STEP…, the steps being ${known}`);
    return 2;
  }
  const machine = await inspectMachine();
  await runSteps(steps, { forTests: false, yes: true, photographs: [], machine });
  return 0;
}

await runMain(main);
