import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, it } from 'mocha';

import { WasmEdgeError, loadModule } from 'wasmedge-embed';
import type { ModelOptions } from 'wasmedge-embed';

import { CLASSIFIER, byClass, parseTopK, topClasses } from './support/classification.js';
import { commandLine } from './support/command-line.js';
import { ISOLATIONS } from './support/isolations.js';
import { jpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { detectorModel, pickingModel } from './support/tflite-models.js';

/** 8 × 4 blocks, each with the value 10 × its column + its row. */
const WIDE = { width: 64, height: 32, block: (x: number, y: number) => [10 * x + y] };

/** Returns the pixels in the corners of its input: top left and right, bottom left and right. */
const CORNERS = pickingModel({ type: 'uint8', size: [4, 4, 1] }, [
  [0, 0, 0],
  [0, 3, 0],
  [3, 0, 0],
  [3, 3, 0],
]);

const corners = async (options: Omit<ModelOptions, 'file'>, picture: Buffer): Promise<number[]> =>
  byClass(await topClasses({ file: CORNERS, ...options }, picture, 4));

describe('the fit of pictures', () => {
  for (const progressive of [false, true]) {
    describe(progressive ? 'of progressive files' : 'of baseline files', () => {
      const wide = jpeg({ ...WIDE, progressive });

      it('is the whole picture unless told otherwise', async () => {
        const stretched = [5, 65, 8, 68];
        assert.deepEqual(await corners({}, wide), stretched);
        assert.deepEqual(await corners({ fit: 'stretch' }, wide), stretched);
      });

      it('is the largest rectangle in the middle', async () => {
        assert.deepEqual(await corners({ fit: 'cover' }, wide), [20, 50, 23, 53]);
        assert.deepEqual(await corners({ fit: 'cover', crop: 1 }, wide), [20, 50, 23, 53]);
      });

      it('is a share of that rectangle', async () => {
        assert.deepEqual(await corners({ fit: 'cover', crop: 0.5 }, wide), [31, 41, 32, 42]);
      });

      it('is found after turning', async () => {
        const turned = jpeg({ ...WIDE, progressive, orientation: 6 });
        assert.deepEqual(await corners({ fit: 'cover' }, turned), [23, 20, 53, 50]);
      });
    });
  }

  for (const isolation of ISOLATIONS) {
    it(`reaches the guest in the isolation ${isolation}`, async () => {
      const models = { default: { file: CORNERS, fit: 'cover', crop: 0.5 } } as const;
      await withModule(CLASSIFIER, { models, isolation }, async (module) => {
        const { stdout } = await module.run({ stdin: jpeg(WIDE), args: ['--format', 'json'] });
        assert.deepEqual(byClass(parseTopK(stdout.toString())), [31, 41, 32, 42]);
      });
    });
  }

  it('is refused where it makes no sense', async () => {
    const cases: [object, RegExp][] = [
      [{ crop: 0.5 }, /models\.m\.crop must be absent unless fit is 'cover'/],
      [{ fit: 'stretch', crop: 1 }, /models\.m\.crop must be absent/],
      [{ fit: 'contain' }, /models\.m\.fit must be 'stretch' or 'cover'/],
      ...[0, -1, 1.01, NaN, '1', null].map((crop): [object, RegExp] => [
        { fit: 'cover', crop },
        /models\.m\.crop must be a number above 0 and at most 1/,
      ]),
    ];
    for (const [options, message] of cases) {
      await assert.rejects(
        loadModule(CLASSIFIER, { models: { m: { file: CORNERS, ...options } } }),
        (error) => {
          assert.ok(error instanceof WasmEdgeError);
          assert.equal(error.code, 'ERR_INVALID_ARGUMENT');
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });

  it('is not for detectors', async () => {
    const detector = detectorModel({ boxes: [[0, 0, 1, 1]], classes: [0], scores: [1], count: 1 });
    const load = { models: { default: { file: detector, fit: 'cover' } } } as const;
    await withModule(rustGuest('object-detection'), load, async (module) => {
      const { exitCode, stderr } = await module.run({ stdin: jpeg(WIDE) });
      assert.equal(exitCode, 70);
      assert.match(stderr.toString(), /"fit" is cover, but detection needs stretch/);
    });
  });

  it('is an option of commands', async () => {
    const folder = folderWith({ 'corners.tflite': CORNERS, 'wide.jpg': jpeg(WIDE) });
    const [model, picture] = ['corners.tflite', 'wide.jpg'].map((name) => path.join(folder, name));
    assert.ok(model && picture);
    const scores = async (...options: string[]): Promise<unknown> => {
      const command = ['classify', picture, '--model', model, '--json', '--top-k', '4', ...options];
      const { stdout, stderr } = await commandLine(command);
      if (stdout === '') return stderr;
      const { results } = JSON.parse(stdout) as { results: { topK: { score: number }[] }[] };
      return results[0]?.topK.map(({ score }) => score);
    };
    assert.deepEqual(await scores(), [68, 65, 8, 5]);
    assert.deepEqual(await scores('--fit', 'cover'), [53, 50, 23, 20]);
    assert.deepEqual(await scores('--fit', 'cover', '--crop', '0.5'), [42, 41, 32, 31]);
    assert.match(String(await scores('--crop', '0.5')), /--crop must be absent/);
    assert.match(String(await scores('--fit', 'fill')), /stretch, cover/);

    const out = path.join(folder, 'out');
    const fit = ['--fit', 'cover', '--crop', '0.5'];
    await commandLine(['model', 'describe', model, ...fit, '-o', out]);
    const described = JSON.parse(readFileSync(path.join(out, 'default.json'), 'utf8')) as object;
    assert.deepEqual({ ...described, ...{ fit: 'cover', crop: 0.5 } }, described);
  });
});
