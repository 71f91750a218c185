import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER, classify, refusal } from './support/classification.js';
import { commandLine } from './support/command-line.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import { invoke } from './support/lambda-events.js';
import { COLOURS, encoded, refused, withHandler } from './support/lambda-handler.js';
import { folderWith } from './support/model-files.js';
import { runOnce } from './support/run-guest.js';
import { constantModel } from './support/tflite-models.js';

const MODEL = constantModel({ type: 'uint8', size: [2, 2, 3] }, [255]);
const BLUE = { width: 256, height: 256, colours: 'rgb', block: () => [10, 20, 250] } as const;
const WHOLE = jpeg(BLUE);
const PROGRESSIVE = jpeg({ ...BLUE, progressive: true });
const CUT = WHOLE.subarray(0, WHOLE.length - 200);

/**
 * A grey picture with sides too large to write pixel by pixel: each block takes five bits, all
 * zero.
 */
function vast(width: number, height: number): Buffer {
  const small = plainJpeg(8, 8, 128);
  const frame = small.indexOf(Buffer.of(0xff, 0xc0));
  small.writeUInt16BE(height, frame + 5);
  small.writeUInt16BE(width, frame + 7);
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const data = small.indexOf(Buffer.of(0xff, 0xda)) + 10;
  return Buffer.concat([
    small.subarray(0, data),
    Buffer.alloc(Math.ceil((5 * blocks) / 8)),
    small.subarray(small.length - 2),
  ]);
}

const JSON_ANSWER = ['--format', 'json'];
const ACCEPT = [...JSON_ANSWER, '--damaged', 'accept'];

describe('damaged and vast pictures', () => {
  it('are refused where they are cut, unless damage is accepted', async () => {
    for (const whole of [WHOLE, PROGRESSIVE]) {
      const line = await classify(MODEL, whole, ACCEPT);
      assert.doesNotMatch(line, /damaged/);
      // A missing end marker alone is tolerated.
      assert.equal(await classify(MODEL, whole.subarray(0, -2), JSON_ANSWER), line);
      const cut = whole.subarray(0, -100);
      assert.match(await refusal(65, MODEL, cut, JSON_ANSWER), /truncated/);
      const damaged = await classify(MODEL, cut, ACCEPT);
      assert.equal(damaged, line.replace('"known":true,', '"known":true,"damaged":true,'));
    }
  });

  it('are refused where nothing of them can be shown', async () => {
    for (const length of [3, 60, 140]) await refusal(65, MODEL, WHOLE.subarray(0, length), ACCEPT);
  });

  it('are decoded where restart markers are lost, doubled or misnumbered', async () => {
    const sound = jpeg({ ...BLUE, restartInterval: 16 });
    const at = sound.indexOf(Buffer.of(0xff, 0xd2));
    const replaced = (...bytes: number[]): Buffer =>
      Buffer.concat([sound.subarray(0, at), Buffer.from(bytes), sound.subarray(at + 2)]);
    const line = await classify(MODEL, sound, JSON_ANSWER);
    for (const file of [
      replaced(),
      replaced(0xff, 0xd2, 0xff, 0xd2),
      replaced(0xff, 0xd3),
      replaced(0xff, 0xd1),
      replaced(0xff, 0xd6),
    ]) {
      assert.equal(
        await classify(MODEL, file, JSON_ANSWER),
        line.replace('"known":true,', '"known":true,"damaged":true,'),
      );
    }
  });

  it('are named where their coding is not supported', async () => {
    for (const [marker, name] of [
      [0xc9, /arithmetic-coded JPEG is not supported/],
      [0xc3, /lossless JPEG is not supported/],
      [0xc5, /hierarchical JPEG is not supported/],
    ] as const) {
      const file = Buffer.from(WHOLE);
      file[file.indexOf(Buffer.of(0xff, 0xc0)) + 1] = marker;
      assert.match(await refusal(65, MODEL, file), name);
    }
  });

  it('may have 200 megapixels, those of phones among them', async () => {
    for (const [width, height] of [
      [8160, 6144],
      [20_000, 10_000],
    ] as const) {
      assert.match(await classify(MODEL, vast(width, height)), /^It is very likely/);
    }
    const line = await refusal(65, MODEL, vast(20_000, 10_001));
    assert.match(line, /20000 x 10001 .* limit is 200000000 \(maxPixels, --max-pixels\)/);
  });

  it('are taken by the handler as its options say', async () => {
    const request = (body: Buffer): Parameters<typeof invoke>[2] => ({
      ...encoded(body),
      query: { format: 'json' },
    });
    await withHandler({}, async (handler) => {
      await refused(handler, 'http-api', request(CUT), 422, /truncated/);
    });
    await withHandler({ damaged: 'accept', maxPixels: 256 * 256 }, async (handler) => {
      for (const [body, damaged] of [
        [CUT, true],
        [WHOLE, undefined],
      ] as const) {
        const answer = await invoke(handler, 'http-api', request(body));
        const json = JSON.parse(answer.body) as {
          damaged?: true;
          topK: { label: string }[];
        };
        assert.deepEqual(
          [answer.status, json.damaged, json.topK[0]?.label],
          [200, damaged, 'blue'],
        );
      }
      const large = jpeg({ ...BLUE, height: 257 });
      await refused(handler, 'http-api', request(large), 422, /limit is 65536 \(maxPixels/);
    });
  });

  it('are taken by the commands as their options say', async () => {
    const folder = folderWith({
      'colours.tflite': COLOURS.file,
      'colours.labels.txt': COLOURS.labels.join('\n'),
    });
    const cut = path.join(folder, 'cut.jpg');
    writeFileSync(cut, CUT);
    const args = ['classify', '--model', path.join(folder, 'colours.tflite'), '--json', cut];
    const refusedRun = await commandLine(args);
    assert.equal(refusedRun.exitCode, 1);
    assert.match(refusedRun.stderr, /truncated/);
    const { stdout } = await commandLine([...args, '--damaged', 'accept']);
    const { results } = JSON.parse(stdout) as { results: { damaged?: true }[] };
    assert.equal(results[0]?.damaged, true);
    const small = await commandLine([...args, '--max-pixels', '100']);
    assert.match(small.stderr, /256 x 256 .* limit is 100 \(maxPixels, --max-pixels\)/);
  });

  it('leave the guest its rules about options', async () => {
    const { exitCode, stderr } = await runOnce(
      CLASSIFIER,
      { models: { default: MODEL } },
      { stdin: WHOLE, args: ['--damaged', 'yes'] },
    );
    assert.equal(exitCode, 64);
    assert.match(stderr.toString(), /--damaged must be refuse or accept/);
  });
});
