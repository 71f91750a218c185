import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { CLASSIFIER } from './support/classification.js';
import { ISOLATIONS } from './support/isolations.js';
import { plainJpeg } from './support/jpeg.js';
import { ROOT, rustGuest } from './support/paths.js';
import { png } from './support/png.js';
import { skip } from './support/skip.js';
import { constantModel } from './support/tflite-models.js';

interface Made {
  file: string;
  width: number;
  height: number;
  /** The largest difference of a sample that is right. */
  tolerance: number;
}

/** Older ones misread BMPs whose runs have four bits a pixel. */
const HAS_PILLOW =
  'import sys, PIL.Image, PIL.ImageOps; sys.exit(int(PIL.__version__.split(".")[0]) < 10)';

/** WASMEDGE_EMBED_PYTHON names a Python with Pillow that is neither the first in PATH nor Debian's. */
const PYTHON = [process.env['WASMEDGE_EMBED_PYTHON'], 'python3', '/usr/bin/python3'].find(
  (python) => python !== undefined && spawnSync(python, ['-c', HAS_PILLOW]).status === 0,
);

describe('pictures of every kind in the guests, beside Pillow', () => {
  let folder: string;
  let pictures: Made[];
  let guest: LoadedModule | undefined;

  before(async function () {
    if (PYTHON === undefined) {
      skip(this, 'Python with Pillow 10 is not there: WASMEDGE_EMBED_PYTHON may name one.');
    }
    folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-pictures-'));
    const program = path.join(ROOT, 'test/support/pictures.py');
    pictures = JSON.parse(execFileSync(PYTHON, [program, folder], { encoding: 'utf8' })) as Made[];
    // Interpreted: compiling it would take longer than the pictures do.
    guest = await loadModule(rustGuest('model-input'), { aot: 'off' });
  });

  after(async () => {
    await guest?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('are what Pillow makes of them, upright and over white', async () => {
    assert.ok(guest);
    const wrong: string[] = [];
    for (const { file, width, height, tolerance } of pictures) {
      const content = readFileSync(path.join(folder, file));
      const expected = readFileSync(path.join(folder, `${file}.rgb`));
      const { stdout, stderr } = await guest.run({ args: ['whole'], stdin: content });
      const end = stdout.indexOf('\n');
      const size = stdout.toString('latin1', 0, Math.max(end, 0));
      const samples = stdout.subarray(end + 1);
      if (size !== `${width} ${height}` || samples.length !== expected.length) {
        wrong.push(`${file}: ${size}, not ${width} ${height}: ${stderr.toString()}`);
        continue;
      }
      const most = samples.reduce(
        (worst, sample, index) => Math.max(worst, Math.abs(sample - (expected[index] ?? 0))),
        0,
      );
      if (most > tolerance) wrong.push(`${file}: ${most} of 255 apart`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(pictures.length > 90, `${pictures.length} pictures`);
  });
});

describe('pictures of every format', () => {
  const red = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => [254, 0, 0]));
  const bitmap = Buffer.alloc(54 + 8 * 24);
  bitmap.write('BM', 'latin1');
  bitmap.writeUInt32LE(54, 10);
  bitmap.writeUInt32LE(40, 14);
  bitmap.writeInt32LE(8, 18);
  bitmap.writeInt32LE(8, 22);
  bitmap.writeUInt16LE(1, 26);
  bitmap.writeUInt16LE(24, 28);
  for (let at = 54; at < bitmap.length; at += 3) bitmap[at + 2] = 254;
  // 1 x 1 pixel of one colour: the codes of a GIF are 3 bits, clear, 0, end.
  const gif = Buffer.from(
    `${Buffer.from('GIF89a').toString('hex')}01000100800000fe0000ffffff2c00000000010001000002024401003b`,
    'hex',
  );
  // Lossless, 8 x 8 pixels of one colour.
  const webp = Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvB8ABAAcQ9Y/+ByKi/wEA', 'base64');
  const files: Record<string, Buffer> = {
    PNG: png('rgb', red),
    BMP: bitmap,
    GIF: gif,
    WebP: webp,
    JPEG: plainJpeg(8, 8, 76),
  };

  for (const isolation of ISOLATIONS) {
    it(`are classified (${isolation})`, async () => {
      const models = { default: constantModel({ type: 'uint8', size: [2, 2, 3] }, [255]) };
      const module = await loadModule(CLASSIFIER, { models, isolation });
      try {
        for (const [name, stdin] of Object.entries(files)) {
          const { stdout, stderr, exitCode } = await module.run({ stdin });
          assert.equal(exitCode, 0, `${name}: ${stderr.toString()}`);
          assert.match(stdout.toString(), /^It is very likely/, name);
        }
        const { exitCode, stderr } = await module.run({ stdin: '\0\0\0\x18ftypheic\0\0\0\0' });
        assert.equal(exitCode, 65);
        assert.match(stderr.toString(), /nor hexadecimal text of one; it looks like a HEIC/);
      } finally {
        await module.close();
      }
    });
  }
});
