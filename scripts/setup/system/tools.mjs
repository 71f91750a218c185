import { SetupFailure } from '../failure.mjs';
import { executables } from '../processes.mjs';
import { installPackages } from './install.mjs';

/**
 * Installs the Debian packages of what is missing.
 *
 * @param {Record<string, string | (() => Promise<boolean>)>} tools by the names of their packages: the program, or
 *   what tells whether it is there
 * @param {object} context of the steps
 * @param {import('../task.mjs').Task} task
 * @returns {Promise<string>} what was done, in words
 */
export async function installTools(tools, context, task) {
  const missing = [];
  for (const [name, tool] of Object.entries(tools)) {
    const isThere = typeof tool === 'string' ? executables(tool).length > 0 : await tool();
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
