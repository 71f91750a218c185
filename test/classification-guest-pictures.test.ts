import assert from 'node:assert/strict';

import { byClass, topClasses } from './support/classification.js';
import { jpeg } from './support/jpeg.js';
import type { JpegOptions } from './support/jpeg.js';
import { pickingModel } from './support/tflite-models.js';

const PIXEL = pickingModel({ type: 'uint8', size: [1, 1, 3] }, [
  [0, 0, 0],
  [0, 0, 1],
  [0, 0, 2],
]);

async function colourOf(options: Partial<JpegOptions>): Promise<number[]> {
  const picture = jpeg({ width: 8, height: 8, block: () => [128], ...options });
  return byClass(await topClasses(PIXEL, picture, 3));
}

/** Colour conversion rounds: within one step of each channel. */
function close(actual: number[], expected: number[]): void {
  const near = actual.every((value, channel) => Math.abs(value - expected[channel]!) <= 1);
  assert.ok(near, `${actual.join(' ')} is not near ${expected.join(' ')}`);
}

describe('kinds of JPEG in the classification guest', () => {
  for (const progressive of [false, true]) {
    describe(progressive ? 'progressive' : 'baseline', () => {
      it('greyscale', async () => {
        assert.deepEqual(await colourOf({ progressive, block: () => [200] }), [200, 200, 200]);
        assert.deepEqual(await colourOf({ progressive, block: () => [0] }), [0, 0, 0]);
        assert.deepEqual(await colourOf({ progressive, block: () => [255] }), [255, 255, 255]);
      });

      it('YCbCr', async () => {
        close(await colourOf({ progressive, block: () => [76, 85, 255] }), [254, 0, 0]);
        close(await colourOf({ progressive, block: () => [150, 44, 21] }), [0, 255, 1]);
        close(await colourOf({ progressive, block: () => [29, 255, 107] }), [0, 0, 254]);
        close(await colourOf({ progressive, block: () => [90, 128, 128] }), [90, 90, 90]);
      });

      it('RGB', async () => {
        const block = (): number[] => [1, 99, 254];
        assert.deepEqual(await colourOf({ progressive, colours: 'rgb', block }), [1, 99, 254]);
      });

      it('CMYK, whose ink is stored inverted', async () => {
        const ink = (...samples: number[]): Partial<JpegOptions> => ({
          progressive,
          colours: 'cmyk',
          block: () => samples,
        });
        assert.deepEqual(await colourOf(ink(255, 255, 255, 255)), [255, 255, 255]);
        assert.deepEqual(await colourOf(ink(255, 0, 0, 255)), [255, 0, 0]);
        assert.deepEqual(await colourOf(ink(0, 255, 0, 255)), [0, 255, 0]);
        assert.deepEqual(await colourOf(ink(255, 255, 255, 0)), [0, 0, 0]);
        close(await colourOf(ink(255, 128, 0, 128)), [128, 64, 0]);
      });

      it('YCCK', async () => {
        const block = (): number[] => [76, 85, 255, 255];
        close(await colourOf({ progressive, colours: 'ycck', block }), [1, 255, 255]);
        const dark = (): number[] => [76, 85, 255, 0];
        assert.deepEqual(await colourOf({ progressive, colours: 'ycck', block: dark }), [0, 0, 0]);
      });

      it('restart markers', async () => {
        const options = { progressive, width: 100, height: 60, restartInterval: 3 };
        assert.deepEqual(await colourOf({ ...options, block: () => [60] }), [60, 60, 60]);
      });
    });
  }

  for (const [width, height] of [
    [1, 1],
    [7, 9],
    [17, 1],
    [1, 17],
    [333, 5],
    [3, 1001],
    [641, 479],
  ] as const) {
    it(`of the odd size ${width} × ${height}`, async () => {
      assert.deepEqual(await colourOf({ width, height, block: () => [91] }), [91, 91, 91]);
    });
  }

  it('what lies behind the end of the picture is no matter', async () => {
    const picture = jpeg({ width: 8, height: 8, block: () => [33] });
    const longer = Buffer.concat([picture, Buffer.from('trailing bytes'), Buffer.alloc(100)]);
    assert.deepEqual(byClass(await topClasses(PIXEL, longer, 3)), [33, 33, 33]);
  });
});
