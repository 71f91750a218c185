import { SetupFailure } from '../failure.mjs';
import { inspectMachine } from '../machine.mjs';
import { executables } from '../processes.mjs';
import { installPackages } from './install.mjs';
import { missingRequirements } from './requirements.mjs';

/** @type {import('../steps.mjs').Step} */
export const systemPackages = {
  name: 'system-packages',
  title: 'System packages',

  async run(context, task) {
    context.machine = await inspectMachine();
    const missing = missingRequirements(context.machine, context);
    if (missing.length === 0) return 'nothing is missing';
    for (const { title, reason } of missing) task.note(`Missing: ${title} (${reason})`);

    if (executables('apt-get').length === 0 || executables('dpkg').length === 0) {
      throw new SetupFailure(`This machine lacks:\n${listOf(missing)}`, {
        advice: `This is not Debian, so please install them yourself, then run this command again:\n${remediesOf(missing)}`,
      });
    }
    const beyondPackages = missing.filter(({ onlyElsewhere }) => onlyElsewhere?.(context.machine));
    if (beyondPackages.length > 0) {
      throw new SetupFailure(`This machine lacks:\n${listOf(beyondPackages)}`, {
        advice: remediesOf(beyondPackages),
      });
    }
    await install(missing, context, task);

    context.machine = await inspectMachine();
    const still = missingRequirements(context.machine, context);
    if (still.length > 0) {
      const message = `The packages are installed, but this is still missing:\n${listOf(still)}`;
      throw new SetupFailure(message, { advice: remediesOf(still) });
    }
    return 'installed';
  },
};

async function install(missing, context, task) {
  const packages = missing.flatMap((requirement) => requirement.packages);
  // It saves compiling again, here and in other clones. Nothing fails without it.
  if (context.forTests) packages.push({ name: 'ccache', optional: true });
  try {
    const reason = `  This machine lacks:\n${listOf(missing, '    ')}`;
    await installPackages(packages, reason, context, task);
  } catch (error) {
    if (error instanceof SetupFailure) error.advice ??= remediesOf(missing);
    throw error;
  }
}

function listOf(missing, indent = '') {
  return missing.map(({ title, reason }) => `${indent}- ${title}: ${reason}`).join('\n');
}

function remediesOf(missing) {
  return missing.map(({ title, elsewhere }) => `- ${title}: ${elsewhere}`).join('\n');
}
