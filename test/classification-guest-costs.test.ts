import assert from 'node:assert/strict';

import { CLASSIFIER } from './support/classification.js';
import { COSTLY, emptyScans, segment } from './support/costly-jpeg.js';
import { plainJpeg } from './support/jpeg.js';
import { refused, withHandler } from './support/lambda-handler.js';
import { compiledTestGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { constantModel } from './support/tflite-models.js';

const MODEL = constantModel({ type: 'uint8', size: [2, 2, 3] }, [255]);
const load = { models: { default: MODEL } };

/** The guest's initial pages, and this many more. */
const PAGES = 96;

describe('what a picture may cost in the classification guest', () => {
  /**
   * Instructions, which do not depend on the machine: a picture of ordinary size takes tens of
   * millions.
   */
  const FUEL_A_BYTE = 400;
  const FUEL = 50_000_000;

  it('is bounded by its bytes, in instructions', async () => {
    const metered = compiledTestGuest('image-classification-metered');
    for (const [what, picture, told] of COSTLY) {
      const limits = { fuel: FUEL + FUEL_A_BYTE * picture.length };
      await withModule(metered, { ...load, limits }, async (module) => {
        const { exitCode, stderr } = await module.run({ stdin: picture });
        assert.equal(exitCode, 65, what);
        assert.match(stderr.toString(), told, what);
      });
    }
  });

  it('has an end with memoryPages, which is told as a matter of the picture', async () => {
    const limits = { memoryPages: PAGES };
    const longer = Buffer.concat([
      plainJpeg(8, 8, 128).subarray(0, 2),
      ...Array.from({ length: 200 }, () => segment(0xfe, Array<number>(60_000).fill(0))),
      plainJpeg(8, 8, 128).subarray(2),
    ]);
    await withModule(CLASSIFIER, { ...load, limits }, async (module) => {
      for (const [what, picture] of [
        ['too many coefficients', emptyScans(2048, 2048, 1)],
        ['too many bytes', longer],
      ] as const) {
        const { exitCode, stderr } = await module.run({ stdin: picture });
        assert.equal(exitCode, 65, what);
        assert.match(
          stderr.toString(),
          /^image-classification: .*memory.*limit \(memoryPages\).* \d+ more bytes.*\n$/,
        );
      }
      assert.equal((await module.run({ stdin: plainJpeg(8, 8, 128) })).exitCode, 0);
    });
  });

  it('is answered with 422 by the Lambda handler', async () => {
    const limits = { memoryPages: PAGES };
    const hex = (picture: Buffer): { body: string } => ({ body: picture.toString('hex') });
    await withHandler({ limits }, async (handler) => {
      const [, scans] = COSTLY[0]!;
      await refused(handler, 'http-api', hex(scans), 422, /cannot be decoded: .*too few/);
      const picture = hex(emptyScans(2048, 2048, 1));
      await refused(handler, 'http-api', picture, 422, /cannot be decoded: .*\(memoryPages\)/);
    });
  });
});
