import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { countCargo } from './counts.mjs';
import { keepTests, keyOfTests, programsIn, takeTests } from './guest-tests.mjs';

/** A message of cargo about a target of a package below wasm/. */
const artifact = (name, kind, source, details = {}) =>
  JSON.stringify({
    reason: 'compiler-artifact',
    manifest_path: path.join(root, `wasm/${name}/Cargo.toml`),
    target: { name, kind: [kind], src_path: path.join(root, `wasm/${name}`, source) },
    profile: { test: true },
    executable: `/deps/${name}-${kind}`,
    ...details,
  });

describe('test programs of the guests', () => {
  it('are those that cargo would run, in its order', () => {
    const messages = [
      artifact('vision', 'lib', 'src/lib.rs', { executable: null, profile: { test: false } }),
      artifact('vision', 'test', 'tests/memory.rs'),
      artifact('vision', 'lib', 'src/lib.rs'),
      artifact('compute', 'example', 'examples/native.rs', { profile: { test: false } }),
      artifact('echo', 'bin', 'src/main.rs'),
      '{"reason":"build-finished","success":true}',
      '',
    ].join('\n');
    assert.deepEqual(
      programsIn(messages).map(({ cwd, title, again }) => [cwd, title, again]),
      [
        ['wasm/echo', 'unittests src/main.rs', '-p echo --bin echo'],
        ['wasm/vision', 'unittests src/lib.rs', '-p vision --lib'],
        ['wasm/vision', 'tests/memory.rs', '-p vision --test vision'],
      ],
    );
  });

  describe('in the cache', () => {
    let folder, tests;
    const before = { ...process.env };
    beforeEach(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
      tests = path.join(folder, 'tests');
      process.env.WASMEDGE_EMBED_CACHE = folder;
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
      for (const name of ['WASMEDGE_EMBED_CACHE', 'WASMEDGE_EMBED_GUEST_MODEL']) {
        delete process.env[name];
        if (before[name] !== undefined) process.env[name] = before[name];
      }
    });

    /** Keeps a script in place of a test program. */
    const keepProgram = (text) => {
      const executable = path.join(folder, 'program');
      writeFileSync(executable, `#!/bin/sh\n${text}\n`);
      chmodSync(executable, 0o755);
      return keepTests('key', artifact('jpeg', 'test', 'tests/libjpeg.rs', { executable }), tests);
    };
    const runTaken = () =>
      run(process.execPath, [path.join(root, 'test/runner/guest-tests-process.mjs'), 'run', tests]);

    it('run in the folder of their package, as cargo does', async () => {
      assert.match(
        keepProgram(
          'pwd; echo $CARGO_MANIFEST_DIR; echo "test result: ok. 2 passed; 0 failed; 1 ignored"',
        ),
        /^Kept 1 /,
      );
      assert.ok(takeTests('key', tests));
      const { code, stdout, output } = await runTaken();
      const place = path.join(root, 'wasm/jpeg');
      assert.equal(code, 0);
      assert.deepEqual(stdout.split('\n').slice(0, 2), [place, place]);
      assert.match(output, /^ {5}Running tests\/libjpeg\.rs \(\/.+\/program\)$/m);
      assert.deepEqual(countCargo(output), { passed: 2, failed: 0, skipped: [] });
    });

    it('fail as with cargo', async () => {
      keepProgram('exit 101');
      assert.ok(takeTests('key', tests));
      const { code, output } = await runTaken();
      assert.equal(code, 101);
      assert.match(output, /^error: test failed, to rerun pass `-p jpeg --test jpeg`$/m);
    });

    it('are not taken if they are damaged, or of other sources', () => {
      keepProgram('exit 0');
      assert.ok(!takeTests('other', tests));
      writeFileSync(path.join(folder, 'guests-native-tests/key/program'), '#!/bin/sh\n');
      assert.ok(!takeTests('key', tests));
    });

    it('are not kept if they name the folder of this clone', () => {
      assert.match(keepProgram(`# ${root}/wasm`), /contains the folder of this one/);
      assert.ok(!takeTests('key', tests));
    });

    it('are not kept if the user embeds another model', async () => {
      // Without Rust, which takes a second to digest.
      assert.match(await keyOfTests(folder, []), /^[0-9a-f]{64}$/);
      assert.notEqual(await keyOfTests(folder, ['other']), await keyOfTests(folder, []));
      process.env.WASMEDGE_EMBED_GUEST_MODEL = '/model.tflite';
      assert.equal(await keyOfTests(folder, []), undefined);
    });
  });
});
