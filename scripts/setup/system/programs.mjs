import { SetupFailure } from '../failure.mjs';
import { executables } from '../processes.mjs';
import { installPackages } from './install.mjs';

/**
 * Ensures that programs are in PATH: installs the Debian packages of those that are missing.
 *
 * @param {Record<string, string | (() => Promise<boolean>)>} programs by package; for anything other than a program, a
 *   function that checks whether it is there
 * @param {import('../steps.mjs').Context} context
 * @param {import('../task.mjs').Task} task
 * @returns {Promise<string>} what was found, for the line of progress
 */
export async function requirePrograms(programs, context, task) {
  const missing = [];
  for (const [name, program] of Object.entries(programs)) {
    const isThere = typeof program === 'string' ? executables(program).length > 0 : await program();
    if (!isThere) missing.push(name);
  }
  if (missing.length === 0) return 'nothing is missing';
  const lacks = `This machine lacks: ${missing.join(', ')}.`;
  if (executables('apt-get').length === 0) {
    throw new SetupFailure(lacks, {
      advice: 'Install them from your distribution, then run this command again.',
    });
  }
  const packages = missing.map((name) => ({ name }));
  await installPackages(packages, `  ${lacks}`, context, task);
  return 'installed';
}
