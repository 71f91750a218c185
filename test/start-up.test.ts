import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { folderWith } from './support/model-files.js';
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

/** The files of dist/ that the command loads with these arguments. */
function loadedByCommand(args: readonly string[]): string[] {
  const dist = path.join(ROOT, 'dist');
  const folder = folderWith({
    'hook.cjs':
      "process.on('exit', () => require('node:fs').writeFileSync(require('node:path')" +
      ".join(__dirname, 'loaded.json'), JSON.stringify(Object.keys(require.cache))));",
  });
  const words = ['--require', path.join(folder, 'hook.cjs'), path.join(dist, 'cli', 'main.js')];
  const env = { ...process.env, WASMEDGE_EMBED_CACHE: folder };
  spawnSync(process.execPath, [...words, ...args], { env });
  const loaded = readFileSync(path.join(folder, 'loaded.json'), 'utf8');
  return (JSON.parse(loaded) as string[]).map((file) => path.relative(dist, file));
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

  const ONE_COMMAND = ['cli/bench-actions.js', 'cli/progress-bar.js'];
  for (const args of [['--version'], ['--help']]) {
    it(`loads with '${args.join(' ')}' nothing that only one command needs`, () => {
      const loaded = loadedByCommand(args);
      assert.ok(loaded.includes('cli/bench.js'));
      assert.deepEqual(
        loaded.filter((each) => ONE_COMMAND.includes(each)),
        [],
      );
    });
  }

  it('loads with a command nothing that only other commands need', () => {
    // Nobody answers at that address, so that nothing is shown.
    const loaded = loadedByCommand(['model', 'fetch', '--url', 'http://127.0.0.1:1/']);
    assert.ok(loaded.includes('cli/model.js'));
    const others = ['cli/bench.js', 'cli/serve.js', 'cli/run/command.js', ...ONE_COMMAND];
    assert.deepEqual(
      loaded.filter((each) => others.includes(each)),
      [],
    );
  });

  it('loads the benchmark for its own help', () => {
    assert.ok(loadedByCommand(['bench', '--help']).includes('cli/bench-actions.js'));
  });
});
