import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { ROOT } from './support/paths.js';

/** Modules that only some users need, each loaded on first use. */
const LATER = [
  'compile/aot-cache.js',
  'compile/compile-process.js',
  'host/guest-memory.js',
  'host/host-functions.js',
  'models/tflite/',
  'module/instances.js',
  'module/model-description.js',
  'module/open-subprocess.js',
  'module/open-worker-process.js',
  'runners/in-process-instance.js',
  'runners/native-host-call.js',
];

/** The files of dist/ that are loaded with one of them. */
function loadedWith(file: string): string[] {
  const dist = path.join(ROOT, 'dist');
  // Separately, or from the file that contains many of them.
  const script =
    'require(process.argv[1]);' +
    'const { loaded } = require.cache[process.argv[2]]?.exports ?? {};' +
    'process.stdout.write(JSON.stringify([Object.keys(require.cache), Object.keys(loaded ?? {})]));';
  const words = ['-e', script, path.join(dist, file), path.join(dist, 'shared.js')];
  const output = execFileSync(process.execPath, words, { encoding: 'utf8' });
  const [files, shared] = JSON.parse(output) as [string[], string[]];
  return [...files.map((each) => path.relative(dist, each)), ...shared];
}

describe('The start of a process', () => {
  for (const file of ['index.js', 'module/open-module.js']) {
    it(`loads with ${file} nothing that only some need`, () => {
      const loaded = loadedWith(file);
      assert.ok(loaded.includes('runners/in-process.js'));
      assert.deepEqual(
        loaded.filter((each) => LATER.some((later) => each.startsWith(later))),
        [],
      );
    });
  }
});
