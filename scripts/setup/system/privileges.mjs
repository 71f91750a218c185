import { SetupFailure } from '../failure.mjs';
import { ask, executables, run } from '../processes.mjs';
import { mayAsk } from '../task.mjs';

/**
 * The prefix with which a command runs as root: empty for root itself, otherwise sudo, if it can be used.
 *
 * @param {import('../task.mjs').Task} task
 * @param {string} commands what people with other privileges can run instead
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
