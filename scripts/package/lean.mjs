import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { localProgram, root } from '../setup/paths.mjs';
import { shareStart } from '../setup/shared-file.mjs';

const dist = path.join(root, 'dist');
const isDeclaration = (name) => /\.d\.m?ts$/.test(name);

/**
 * Removes from `dist` what users do not need: comments in JavaScript, and types of files that nobody can import. The
 * repository's tests need those types, so `npm pack` creates `dist` again at its end.
 *
 * @type {import('../setup/steps.mjs').Step}
 */
export const lean = {
  name: 'package-lean',
  title: 'JavaScript without comments, types without internals',
  async run(_context, task) {
    const words = ['-p', 'tsconfig.json', '--declaration', 'false', '--removeComments'];
    await task.exec(localProgram('tsc'), words, { cwd: root });
    await shareStart(dist);
    const outside = publicDeclarations();
    const all = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(isDeclaration);
    const inside = all.map((name) => path.join(dist, name)).filter((file) => !outside.has(file));
    for (const file of inside) rmSync(file);
    return `${all.length - inside.length} of ${all.length} declarations are public`;
  },
};

/** The declarations named in package.json, and what they import. */
function publicDeclarations() {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const found = new Set();
  const add = (file) => {
    if (found.has(file) || !existsSync(file)) return;
    found.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(
      /(?:from |import\()['"](\.[^'"]+)['"]/g,
    )) {
      add(path.resolve(path.dirname(file), name.replace(/\.(m?)js$/, '.d.$1ts')));
    }
  };
  for (const { types } of Object.values(exports).flatMap(Object.values)) {
    if (types) add(path.join(root, types));
  }
  return found;
}
