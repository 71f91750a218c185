import { SetupFailure } from '../failure.mjs';
import { run } from '../processes.mjs';
import { mayAsk } from '../task.mjs';
import { AptRehearsal, installArguments, parseSimulation, updateLists } from './apt.mjs';
import { commandsOf, describePlan } from './plan-text.mjs';
import { planInstallation, refuseRemovals } from './plan.mjs';
import { obtainPrivileges } from './privileges.mjs';

/**
 * Installs Debian packages: says what that would change, asks if somebody can answer, and does it.
 *
 * @param {import('./requirements.mjs').Package[]} packages
 * @param {string} reason printed before the plan
 * @param {import('../steps.mjs').Context} context
 * @param {import('../task.mjs').Task} task
 */
export async function installPackages(packages, reason, context, task) {
  task.note('Resolving packages …');
  const rehearsal = new AptRehearsal(task);
  const plan = await planInstallation(rehearsal, packages);
  rehearsal.remove();

  await task.say(`\n${reason}\n${describePlan(plan)}\n`);
  const commands = commandsOf(plan);
  if (mayAsk() && !context.yes && !(await task.confirm('  Install these packages?'))) {
    throw new SetupFailure('Nothing was changed.', {
      advice: 'Run this command again, or before it these as root:',
      commands,
    });
  }

  const prefix = await obtainPrivileges(task, commands);
  for (const file of plan.files) await writeAsRoot(file, prefix);
  await updateLists(task, prefix);
  for (const group of plan.groups) await installGroup(group, prefix, task);
}

async function writeAsRoot({ file, content }, prefix) {
  const [command, ...args] = [...prefix, 'tee', file];
  const { code } = await run(command, args, { input: content });
  if (code !== 0) throw new SetupFailure(`${file} cannot be written.`);
}

async function installGroup(group, prefix, task) {
  const [command, ...args] = installArguments(group);
  // Simulated again with the current state of the machine: an earlier group and the real package
  // lists may differ.
  const { stdout } = await task.exec(command, ['-s', ...args], { env: { LC_ALL: 'C' } });
  refuseRemovals(parseSimulation(stdout));
  const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', command, ...args];
  await task.exec(program, rest, {
    advice:
      'Fix the errors of apt-get (`dpkg --configure -a` and `apt-get -f install` complete an\n' +
      'interrupted installation), then run this command again.',
  });
}
