import { commandLine, localProgram, root } from './paths.mjs';
import { digestOf } from './stamp.mjs';

/** @type {import('./steps.mjs').Step} */
export const typeScript = {
  name: 'typescript',
  title: 'TypeScript',
  advice: 'Mend what the compiler complains of, then run this command again.',

  async stamp() {
    return {
      digest: digestOf(['lib', 'tsconfig.json', 'package.json', 'package-lock.json']),
      outputs: [commandLine],
    };
  },

  async run(_context, task) {
    await task.exec(localProgram('tsc'), ['-p', 'tsconfig.json'], { cwd: root });
  },
};
