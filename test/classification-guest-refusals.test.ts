import assert from 'node:assert/strict';

import { CLASSIFIER, classify, refusal } from './support/classification.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import { SMALL_MODEL } from './support/paths.js';
import { outputOf, runOnce } from './support/run-guest.js';
import { constantModel } from './support/tflite-models.js';

const MODEL = constantModel({ type: 'uint8', size: [2, 2, 3] }, [255]);
const PICTURE = jpeg({ width: 64, height: 48, block: (column, row) => [column * 9 + row * 5] });

/** One line that names the program. */
function isOneLine(line: string): void {
  assert.match(line, /^image-classification: \S.*$/);
}

describe('what the classification guest refuses', () => {
  const wrong: [string, Buffer | string, RegExp][] = [
    ['nothing', '', /empty/],
    ['white space', ' \n\t ', /empty/],
    ['text', 'Hello', /neither a JPEG, PNG, WebP, GIF or BMP picture nor .* looks like text/],
    ['a PNG that is cut', Buffer.from('89504e470d0a1a0a', 'hex'), /PNG picture is damaged/],
    ['a TIFF', Buffer.from('II*\0\x08\0\0\0', 'latin1'), /looks like a TIFF picture/],
    ['the start of a picture alone', Buffer.of(0xff, 0xd8), /JPEG picture/],
    ['start and end alone', Buffer.of(0xff, 0xd8, 0xff, 0xd9), /JPEG picture/],
    ['zeros behind the start', Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(500)]), /JPEG/],
    [
      'ones behind the start',
      Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(500, 0xff)]),
      /JPEG/,
    ],
  ];
  for (const [name, picture, expected] of wrong) {
    it(`is ${name}`, async () => {
      const line = await refusal(65, MODEL, picture);
      isOneLine(line);
      assert.match(line, expected);
    });
  }

  it('is a picture cut short, unless only its last bytes are missing', async () => {
    for (let length = 1; length < PICTURE.length; length += 7) {
      const { exitCode, stdout, stderr } = await runOnce(
        CLASSIFIER,
        { models: { default: MODEL } },
        { stdin: PICTURE.subarray(0, length) },
      );
      assert.ok(exitCode === 65 || exitCode === 0, `${length} bytes: exit code ${exitCode}`);
      assert.equal(stdout.length > 0, exitCode === 0);
      assert.equal(stderr.length > 0, exitCode === 65);
      if (length < 200) assert.equal(exitCode, 65, `${length} bytes`);
    }
  });

  it('is a picture of too many pixels, before memory is taken for them', async () => {
    const huge = Buffer.from(plainJpeg(8, 8, 128));
    const frame = huge.indexOf(Buffer.of(0xff, 0xc0));
    huge.writeUInt16BE(65_535, frame + 5);
    huge.writeUInt16BE(65_535, frame + 7);
    const line = await refusal(65, MODEL, huge);
    isOneLine(line);
    assert.match(
      line,
      /65535 x 65535 = 4294836225 pixels, the limit is 200000000 \(maxPixels, --max-pixels\)/,
    );
  });

  it('is a picture above the limit that is asked for', async () => {
    const pixels = 64 * 48;
    const line = await refusal(65, MODEL, PICTURE, ['--max-pixels', String(pixels - 1)]);
    assert.match(line, /64 x 48 = 3072 pixels, the limit is 3071/);
    assert.match(
      await classify(MODEL, PICTURE, ['--max-pixels', String(pixels)]),
      /^It is very likely/,
    );
  });

  it('is a wrong option, with exit code 64 and how it is used', async () => {
    const options = [
      ['--nonsense'],
      ['picture.jpg'],
      ['--top-k'],
      ['--top-k', '0'],
      ['--top-k', '-1'],
      ['--top-k', 'many'],
      ['--format', 'xml'],
      ['--model', '../secret'],
      ['--model', ''],
      ['--max-pixels', '1.5'],
      ['--help=yes'],
    ];
    for (const args of options) {
      const text = await refusal(64, MODEL, PICTURE, args);
      const lines = text.split('\n');
      assert.equal(lines.length, 2, text);
      isOneLine(lines[0]!);
      assert.match(lines[1]!, /usage: image-classification/);
    }
  });

  it('is not asking for help or the version', async () => {
    const models = { default: SMALL_MODEL };
    const help = await outputOf(CLASSIFIER, { models }, { args: ['--help'] });
    for (const option of ['--model', '--format', '--top-k', '--max-pixels', '--damaged', '65']) {
      assert.ok(help.includes(option), option);
    }
    const version = await outputOf(CLASSIFIER, {}, { args: ['--version'] });
    assert.match(version.toString(), /^image-classification \d+\.\d+\.\d+\n$/);
  });
});
