import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { DetectionAnswer } from 'wasmedge-embed';

import { commandLine } from './support/command-line.js';
import { PETS, PET_LABELS } from './support/detection.js';
import { plainJpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { constantModel, detectorModel } from './support/tflite-models.js';

const folder = folderWith({
  'pets.tflite': detectorModel(PETS),
  'pets.labels.txt': PET_LABELS.join('\n'),
  'other/classifier.tflite': constantModel({ type: 'uint8', size: [1, 1, 3] }, [1, 2]),
  'wide.jpg': plainJpeg(40, 20, 128),
  'high.jpg': plainJpeg(20, 40, 128),
  'same/wide.jpg': plainJpeg(8, 8, 1),
  'text.jpg': 'no picture',
});
const file = (name: string): string => path.join(folder, name);
const withModel = ['--model', file('pets.tflite')];

interface Output {
  model: string;
  mode: string;
  loadMs: number;
  results: (Partial<DetectionAnswer> & { image: string; annotated?: string; error?: string })[];
}

const json = async (...args: string[]): Promise<Output> => {
  const { stdout } = await commandLine(['detect', ...args, ...withModel, '--json']);
  return JSON.parse(stdout) as Output;
};

describe('wasmedge-embed detect', () => {
  it('shows what is in pictures, and where', async () => {
    const images = ['wide.jpg', 'high.jpg'].map(file);
    const { stdout, stderr, exitCode } = await commandLine(['detect', ...images, ...withModel]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const rows = stdout.split('\n').filter((line) => line.startsWith('│'));
    const cells = rows.map((line) => line.split('│').map((cell) => cell.trim()));
    assert.deepEqual(
      cells.slice(1).map((row) => row.slice(1, -1)),
      [
        ['wide.jpg', 'cat', '0.75', '20', '5', '20', '10'],
        ['', '<dog>', '0.63', '0', '0', '10', '20'],
        ['high.jpg', 'cat', '0.75', '10', '10', '10', '20'],
        ['', '<dog>', '0.63', '0', '0', '5', '40'],
      ],
    );
    assert.ok(stdout.endsWith(`Model: ${file('pets.tflite')}.\n`));
  });

  it('prints JSON, and takes a threshold', async () => {
    const { model, mode, results } = await json(file('wide.jpg'), '--threshold', '0.7');
    assert.deepEqual([model, mode], [file('pets.tflite'), 'aot']);
    assert.deepEqual(results, [
      {
        ...{ image: file('wide.jpg'), width: 40, height: 20 },
        detections: [
          { index: 0, label: 'cat', score: 0.75, box: { x: 20, y: 5, width: 20, height: 10 } },
        ],
      },
    ]);
  });

  it('goes on after a picture that is none, and says so with exit code 1', async () => {
    const images = ['text.jpg', 'wide.jpg'].map(file);
    const { stdout, stderr, exitCode } = await commandLine(['detect', ...images, ...withModel]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /text\.jpg +│ \(failed\)/);
    assert.match(stdout, /cat/);
    assert.match(stderr, /text\.jpg: object-detection: .*neither a JPEG/);
  });

  it('writes pictures with boxes: one to a file, several into a folder', async () => {
    const target = path.join(folder, 'boxes.jpg');
    const one = await json(file('wide.jpg'), '--annotate', target);
    assert.equal(one.results[0]?.annotated, target);
    assert.equal(readFileSync(target).readUInt16BE(0), 0xffd8);
    const boxes = path.join(folder, 'boxes');
    const images = ['wide.jpg', 'text.jpg', 'high.jpg'].map(file);
    const several = await json(...images, '--annotate', boxes);
    assert.deepEqual(
      several.results.map(({ annotated }) => annotated && path.basename(annotated)),
      ['wide.jpg', undefined, 'high.jpg'],
    );
    assert.deepEqual(readdirSync(boxes).sort(), ['high.jpg', 'wide.jpg']);
  });

  it('replaces no picture, and writes no two to one place', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { stderr, stdout, exitCode } = await commandLine(['detect', ...args, ...withModel]);
      assert.deepEqual([exitCode, stdout], [1, '']);
      return stderr;
    };
    const wide = file('wide.jpg');
    const before = readFileSync(wide);
    assert.match(await refused(wide, '--annotate', wide), /one of the input pictures/);
    assert.match(await refused(wide, '--annotate', folder), /one of the input pictures/);
    const target = path.join(folder, 'collected');
    const both = [wide, file('same/wide.jpg'), '--annotate', target];
    assert.match(await refused(...both), /would both be written to/);
    assert.ok(!existsSync(target));
    assert.deepEqual(readFileSync(wide), before);
    mkdirSync(target);
    assert.match(await refused(...both), /would both be written to/);
  });

  it('says what is wrong with a model that is no detector', async () => {
    const args = ['detect', file('wide.jpg'), '--model', file('other/classifier.tflite')];
    const { stderr, exitCode } = await commandLine(args);
    assert.equal(exitCode, 1);
    assert.match(stderr, /detection needs the 4 of TFLite_Detection_PostProcess/);
    const missing = await commandLine(['detect', file('wide.jpg')]);
    assert.match(missing.stderr, /required option '--model <file>' not specified/);
  });
});
