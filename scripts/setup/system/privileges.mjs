import { SetupFailure } from '../failure.mjs';
import { ask, executables, run } from '../processes.mjs';
import { mayAsk } from '../task.mjs';

/**
 * The words that make a command run as root: none for root itself, else sudo where it may be used.
 *
 * @param {import('../task.mjs').Task} task
 * @param {string} commands what a person with other means may run in place of us
 */
export async function obtainPrivileges(task, commands) {
  if (process.getuid() === 0) return [];
  const hasSudo = executables('sudo').length > 0;
  if (hasSudo && (await ask('sudo', ['-n', 'true'])) !== undefined) return ['sudo', '-n'];
  if (hasSudo && mayAsk()) {
    const { code } = await task.interrupt(() => run('sudo', ['-v'], { inherit: true }));
    if (code === 0) return ['sudo', '-n'];
  }
  const reason = hasSudo ? 'sudo asks for a password' : 'this machine has no sudo';
  throw new SetupFailure(
    `Installing system packages requires root, and you are not root; ${reason}.`,
    { advice: 'Run these commands as root, then this command again:', commands },
  );
}
