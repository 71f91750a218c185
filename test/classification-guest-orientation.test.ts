import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { byClass, topClasses } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { jpeg } from './support/jpeg.js';
import { SMALL_MODEL } from './support/paths.js';
import { pickingModel } from './support/tflite-models.js';

type Size = readonly [rows: number, columns: number, channels: 3];

/** Shows the corners of the picture: top left, top right, bottom left, bottom right. */
function cornersModel([rows, columns, channels]: Size): Buffer {
  const [bottom, right] = [rows - 1, columns - 1];
  return pickingModel({ type: 'uint8', size: [rows, columns, channels] }, [
    [0, 0, 0],
    [0, right, 0],
    [bottom, 0, 0],
    [bottom, right, 0],
  ]);
}

/** The displayed order of the stored corners 40, 80, 120, 160, by the value of the Exif tag. */
const SEEN: Record<number, number[]> = {
  1: [40, 80, 120, 160],
  2: [80, 40, 160, 120],
  3: [160, 120, 80, 40],
  4: [120, 160, 40, 80],
  5: [40, 120, 80, 160],
  6: [120, 40, 160, 80],
  7: [160, 80, 120, 40],
  8: [80, 160, 40, 120],
};

/** Stored in two rows of three blocks, whose corners are 40, 80, 120 and 160. */
const picture = (orientation?: number, progressive = false): Buffer =>
  jpeg({
    width: 24,
    height: 16,
    block: (column, row) => [40 + 20 * column + 80 * row],
    progressive,
    ...(orientation !== undefined && { orientation }),
  });

describe('Exif orientation in the classification guest', () => {
  for (const [tag, seen] of Object.entries(SEEN)) {
    it(`${tag} is undone`, async () => {
      const model = cornersModel(Number(tag) < 5 ? [2, 3, 3] : [3, 2, 3]);
      const classes = await topClasses(model, picture(Number(tag)), 4);
      assert.deepEqual(byClass(classes), seen);
    });
  }

  it('is that of the first Exif segment where there are several', async () => {
    for (const progressive of [false, true]) {
      for (const tag of [1, 6]) {
        const first = picture(tag);
        const exif = first.subarray(2, 4 + first.readUInt16BE(4));
        const second = picture(7 - tag, progressive);
        const both = Buffer.concat([second.subarray(0, 2), exif, second.subarray(2)]);
        const model = cornersModel(tag < 5 ? [2, 3, 3] : [3, 2, 3]);
        assert.deepEqual(byClass(await topClasses(model, both, 4)), SEEN[tag]);
      }
    }
  });

  it('is taken as upright where it is absent or makes no sense', async () => {
    for (const orientation of [undefined, 0, 9, 255]) {
      const classes = await topClasses(cornersModel([2, 3, 3]), picture(orientation), 4);
      assert.deepEqual(byClass(classes), SEEN[1]);
    }
  });

  it('gives photographs that are stored differently the same best class', async function () {
    requireData(this);
    const read = (name: string): Buffer => readFileSync(path.join(DATA, 'jpegs', 'valid', name));
    const best = async (file: Buffer): Promise<string | undefined> =>
      (await topClasses(SMALL_MODEL, file, 1))[0]?.label;
    const two = await best(read('pil-74c9a62a-hopper_orientation_2.jpg'));
    const six = await best(read('pil-2e78bb18-hopper_orientation_6.jpg'));
    assert.ok(two);
    assert.equal(two, six);
  });
});
