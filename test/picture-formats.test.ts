import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { CLASSIFIER } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
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
  /** The largest accepted difference of a sample. */
  tolerance: number;
  /** The largest accepted mean difference. */
  mean: number;
}

/** Older ones misread BMPs with an odd number of pixels of four bits. */
const HAS_PILLOW =
  'import sys, PIL.Image, PIL.ImageOps; sys.exit(int(PIL.__version__.split(".")[0]) < 13)';

/** A Python, and its variables. */
interface Python {
  command: string;
  env: NodeJS.ProcessEnv;
}

/** The set-up installs a pinned version; empty if none is pinned for this machine's Python. */
const PILLOW = path.join(ROOT, '.setup/pillow');
const IS_INSTALLED = existsSync(PILLOW) && readdirSync(PILLOW).length > 0;

/** A Python that has Pillow: the set-up's, which is for the first Python with pip, or its own. */
function findPython(): Python | undefined {
  const commands = [process.env['WASMEDGE_EMBED_PYTHON'], 'python3', '/usr/bin/python3'];
  const pythons = [{ PYTHONPATH: PILLOW }, {}].flatMap((env) =>
    commands.map((command) => ({ command: command ?? '', env: { ...process.env, ...env } })),
  );
  return pythons.find(
    ({ command, env }) =>
      command !== '' && spawnSync(command, ['-c', HAS_PILLOW], { env }).status === 0,
  );
}

/** Files for which libjpeg's result differs, and the reason. */
const UNLIKE_PILLOW = {
  'Colours of two samples a row and less are enlarged in steps.': [
    'given-odd-pil-86c9b617-app13.jpg',
    'given-valid-jd-6502ed10-jpg-size-3x3.jpg',
    'given-valid-jd-b25b9ab4-jpg-size-4x4.jpg',
  ],
  'Blocks of which few scans have come are smoothed.': [
    'given-valid-wuffs-6d5ea0a3-peacock.progressive.scan003.jpeg',
    'given-valid-wuffs-cecf729a-peacock.progressive.scan004.jpeg',
    'given-valid-wuffs-eea1fa84-peacock.progressive.scan000.jpeg',
    'given-valid-wuffs-efb03a23-peacock.progressive.scan002.jpeg',
  ],
  'Arithmetic coding is decoded.': [
    'given-odd-ljt-16833a7e-id_000934_sync_jpeg9_src_000980.jpg',
    'given-odd-ljt-4dbbfe97-testorig_transpose_440_q90_ari_rst1.jpg',
    'given-odd-ljt0-4672c7f0-testimgari.jpg',
  ],
  'Damage is passed over.': [
    'given-odd-jd-2e419b35-7997b6b229f25315d33f5c7085e37500.jpg',
    'given-odd-jd-3b809d45-partial_progressive.jpg',
    'given-odd-jd-6eded26e-b55977028a3a574336966b6536640fc9.jpg',
    'given-odd-jd-cae34b16-f6b4389c3cf0f5997b2e5a4b905aea8d.jpg',
    'given-odd-ljt-04e86044-jpeg-image-000.jpg',
    'given-odd-ljt-0e6d080f-id_002877_src_002452_op_flip2_pos_166.jpg',
    'given-odd-ljt-34cc7dd4-id_003517_sync_jpeg_turbo_extras_src_002328.jpg',
    'given-odd-ljt-5923f828-49065782-f0ebfd00-f216-11e8-9e9b-a86f3d5ea58a.jpg',
    'given-odd-ljt-9ee4c6f6-id_004184_src_004149_op_ext_AO_pos_134.jpg',
    'given-odd-pil-40a244d8-hopper_bad_exif.jpg',
    'given-odd-zune-ef0fd3aa-60dc56c4c75095d12cccf5207d316a8024878fc1.jpg',
    'given-valid-jd-22822b8d-subtract-with-overflow.jpg',
    'given-valid-jd-94f3270e-dc-predictor-overflow.jpg',
    'given-valid-ljt-32176e64-turbo-dht.jpg',
  ],
};

describe('pictures of every kind in the guests, beside Pillow', () => {
  let folder: string;
  let pictures: Made[];
  let guest: LoadedModule | undefined;

  before(async function () {
    const python = findPython();
    assert.ok(python !== undefined || !IS_INSTALLED, 'no Python takes the Pillow of the set-up');
    if (python === undefined) {
      skip(this, 'Python with Pillow 13 is not there: WASMEDGE_EMBED_PYTHON may name one.');
    }
    folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-pictures-'));
    const program = path.join(ROOT, 'test/support/pictures.py');
    const { command, env } = python;
    const jpegs = existsSync(DATA) ? [path.join(DATA, 'jpegs')] : [];
    const made = execFileSync(command, [program, folder, ...jpegs], { encoding: 'utf8', env });
    pictures = JSON.parse(made) as Made[];
    guest = await loadModule(rustGuest('model-input'));
  });

  after(async () => {
    await guest?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('are what Pillow makes of them, upright and over white', async () => {
    const made = pictures.filter(({ file }) => !file.startsWith('given-'));
    assert.deepEqual(await differing(made), []);
    assert.ok(made.length > 180, `${made.length} pictures`);
  });

  it('are what Pillow makes of JPEGs out of other decoders’ collections', async function () {
    requireData(this);
    const given = pictures.filter(({ file }) => file.startsWith('given-'));
    const wrong = (await differing(given)).map((told) => told.slice(0, told.indexOf(':')));
    assert.deepEqual(wrong, Object.values(UNLIKE_PILLOW).flat().sort());
    assert.ok(given.length > 100, `${given.length} pictures`);
  });

  /** The reason for each file that differs. */
  async function differing(files: readonly Made[]): Promise<string[]> {
    assert.ok(guest);
    const wrong: string[] = [];
    for (const { file, width, height, tolerance, mean } of files) {
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
      let [most, sum] = [0, 0];
      for (const [index, sample] of samples.entries()) {
        const difference = Math.abs(sample - (expected[index] ?? 0));
        most = Math.max(most, difference);
        sum += difference;
      }
      const average = sum / samples.length;
      if (most > tolerance || average > mean) {
        wrong.push(`${file}: ${most} of 255 apart, ${average.toFixed(2)} on average`);
      }
    }
    return wrong;
  }
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
