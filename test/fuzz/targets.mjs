import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../scripts/setup/paths.mjs';
import { modelSeedsFile } from './build.mjs';
import { folderSeeds } from './seeds/folders.mjs';
import { guestStackSeeds } from './seeds/guest-stacks.mjs';
import { hostAnswerSeeds } from './seeds/host-answers.mjs';
import { hostCallSeeds } from './seeds/host-calls.mjs';
import { moduleSeeds } from './seeds/modules.mjs';
import { pictureSeeds } from './seeds/pictures.mjs';

const sources = path.join(root, 'native/fuzz');
const workFolder = path.join(root, 'build/fuzz');

/**
 * Facts about a target that are not in its source: the length of the longest input, and initial
 * inputs, as bytes or from a program that writes them.
 */
const details = {
  file_system: { maxLength: 1024 },
  guest_stack: { maxLength: 2048, seeds: guestStackSeeds },
  host_folders: { maxLength: 1024, seeds: folderSeeds },
  // Its threads take turns, so that it tries few inputs in a second, and the same ones reach more or less code.
  host_answers: { maxLength: 512, seeds: hostAnswerSeeds, leastSeconds: 15 },
  host_calls: { maxLength: 1024, seeds: hostCallSeeds },
  model_check: { maxLength: 16_384, seedProgram: modelSeedsFile },
  module_file: { maxLength: 2048, seeds: moduleSeeds },
  picture: { maxLength: 4096, seeds: pictureSeeds },
};

/**
 * One fuzzer and its folders.
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {number} maxLength in bytes
 * @property {number} leastSeconds how long it runs even if less is asked for
 * @property {string} work where libFuzzer keeps what it found worth keeping, between runs too
 * @property {string} scratch the same for a run that begins without what earlier ones found
 * @property {string} seeds inputs made by hand
 * @property {string} corpus inputs that were worth committing
 * @property {string} artifacts where findings go
 */

/** @returns {Target[]} */
export function allTargets() {
  return readdirSync(sources)
    .flatMap((file) => file.match(/^(\w+)_fuzzer\.cc$/)?.[1] ?? [])
    .sort()
    .map((name) => ({
      name,
      maxLength: details[name]?.maxLength ?? 4096,
      leastSeconds: details[name]?.leastSeconds ?? 1,
      work: path.join(workFolder, name, 'work'),
      scratch: path.join(workFolder, name, 'scratch'),
      seeds: path.join(workFolder, name, 'seeds'),
      corpus: path.join(sources, 'corpus', name),
      artifacts: path.join(workFolder, name, 'findings'),
    }));
}

/**
 * Recreates the target's folders and its seeds.
 *
 * @param {Target} target
 * @param {boolean} afresh without what earlier runs found
 * @param {import('../../scripts/setup/task.mjs').Task} task
 * @returns {Promise<string[]>} the folders to start from, the one that libFuzzer may write to first
 */
export async function prepareFolders(target, afresh, task) {
  const { name, seeds, scratch, corpus, artifacts } = target;
  const work = afresh ? scratch : target.work;
  for (const folder of [seeds, scratch]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [work, seeds, artifacts]) mkdirSync(folder, { recursive: true });
  for (const [title, bytes] of Object.entries(details[name]?.seeds?.() ?? {})) {
    writeFileSync(path.join(seeds, title), bytes);
  }
  if (details[name]?.seedProgram) await task.exec(details[name].seedProgram, [seeds]);
  return [work, seeds, corpus].filter((folder) => existsSync(folder));
}
