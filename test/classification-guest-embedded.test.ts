import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { inspectModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions, RunResult } from 'wasmedge-embed';

import { parseTopK } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { fails } from './support/errors.js';
import { plainJpeg } from './support/jpeg.js';
import { compiledGuest } from './support/paths.js';
import { outputOf, runOnce, withModule } from './support/run-guest.js';

const GUEST = compiledGuest('image-classification-wasmedge-tensorflow');
const LOAD: LoadOptions = { hostModules: ['wasmedge_image'] };

const photograph = (name: string): Buffer => readFileSync(path.join(DATA, 'photos', `${name}.jpg`));

describe("The classification guest the original's way", () => {
  it('asks for the two modules of the original and for WASI alone', async () => {
    const { imports } = await inspectModule(GUEST);
    assert.deepEqual(
      new Set(imports.map(({ module }) => module)),
      new Set(['wasi_snapshot_preview1', 'wasmedge_image', 'wasmedge_tensorflowlite']),
    );
    const { message } = await fails('ERR_LINK', loadModule(GUEST));
    assert.match(message, /wasmedge_image_load_jpg_to_rgb8[^]*hostModules/);
  });

  // The host resizes like WasmEdge's plug-in, without smoothing: little of a large photograph
  // remains, so some that the other guest classifies correctly are not classified correctly here.
  it('names photographs rightly with the model that it carries', async function () {
    requireData(this);
    await withModule(GUEST, LOAD, async (module) => {
      for (const [name, labels] of [
        ['burger', ['cheeseburger']],
        ['cat_720p', ['tabby', 'tiger cat', 'Egyptian cat']],
        ['hot_dog', ['hotdog']],
      ] as const) {
        const { stdout } = await module.run({
          stdin: photograph(name).toString('hex'),
          args: ['--format', 'json', '--top-k', '1'],
        });
        const [best] = parseTopK(stdout.toString());
        assert.ok(
          (labels as readonly string[]).includes(best?.label ?? ''),
          `${name}: ${stdout.toString()}`,
        );
      }
    });
  });

  it('answers in the original’s words, to hexadecimal text and to raw bytes', async function () {
    requireData(this);
    await withModule(GUEST, LOAD, async (module) => {
      const burger = photograph('burger');
      const sentence =
        "It is very likely a <a href='https://www.google.com/search?q=cheeseburger'>cheeseburger</a> in the picture\n";
      for (const stdin of [burger.toString('hex'), burger.toString('hex').toUpperCase(), burger]) {
        const { stdout, stderr, exitCode } = await module.run({ stdin });
        assert.deepEqual(
          { stdout: stdout.toString(), stderr: stderr.toString(), exitCode },
          { stdout: sentence, stderr: '', exitCode: 0 },
        );
      }
    });
  });

  it('tells every class of its model, each time the same', async () => {
    const run = { stdin: plainJpeg(64, 48, 72), args: ['--format=json', '--top-k=1000'] };
    const first = await outputOf(GUEST, LOAD, run);
    assert.equal(parseTopK(first.toString()).length, 1000);
    assert.deepEqual(await outputOf(GUEST, LOAD, run), first);
  });

  it('refuses what it cannot use in one line, with its exit code', async () => {
    const cases: [RunResult['exitCode'], string | Buffer, string[], RegExp][] = [
      [65, '', [], /empty/],
      [65, 'hello', [], /neither a JPEG/],
      [65, 'ffd8ffe0', [], /cannot decode the JPEG picture/],
      [65, plainJpeg(64, 48, 72).subarray(0, 60), [], /cannot decode the JPEG picture/],
      [64, '', ['--model', 'other'], /includes its model/],
      [64, '', ['--max-pixels', '5'], /its own limit/],
      [64, '', ['--damaged', 'accept'], /and rejects damaged/],
      [64, '', ['--unknown'], /unknown argument/],
    ];
    for (const [exitCode, stdin, args, message] of cases) {
      const result = await runOnce(GUEST, LOAD, { stdin, args });
      assert.equal(result.exitCode, exitCode, String(message));
      assert.equal(result.stdout.length, 0);
      assert.match(result.stderr.toString(), message);
    }
  });

  it('ends with 65 for a picture with more pixels than the host decodes', async () => {
    const load: LoadOptions = { ...LOAD, limits: { imagePixels: 60_000 } };
    const small = await runOnce(GUEST, load, { stdin: plainJpeg(200, 300, 72) });
    assert.equal(small.exitCode, 0);
    const large = await runOnce(GUEST, load, { stdin: plainJpeg(200, 301, 72) });
    assert.equal(large.exitCode, 65);
    assert.match(large.stderr.toString(), /too large/);
  });
});
