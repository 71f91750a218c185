import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Detection, DetectionAnswer, LoadedModule } from 'wasmedge-embed';
import { loadModule } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { DETECTOR } from './support/detection.js';
import { ISOLATIONS } from './support/isolations.js';
import { skip } from './support/skip.js';

/** SSD MobileNet v1 for COCO, quantized, as TensorFlow published it: its classes count from person = 0. */
const MODEL = path.join(DATA, '..', 'models-real', 'go-tflite__detect.tflite');

/** Labels as in that model's archive, as far as they are needed here: the background is first. */
const LABELS = ['???', 'person', ...Array<string>(14).fill('???'), 'bird', 'cat', 'dog'];

/** Class, score, and box: top, left, bottom, right as shares of the sides. */
type Reference = readonly [index: number, score: number, box: readonly number[]];

/**
 * The results of Python's ai-edge-litert 2.3.0 with scores of at least 0.6, for the pictures as
 * Pillow 13 opens, rotates and resizes them (bilinear). `cat.jpg` is omitted: two of its classes
 * are within 0.01 of each other.
 */
const REFERENCE: Readonly<Record<string, readonly Reference[]>> = {
  'burger.jpg': [[53, 0.7578, [0.089, 0.038, 0.962, 0.796]]],
  'cat_720p.jpg': [[16, 0.7188, [0.131, 0.086, 0.977, 0.713]]],
  'cats_and_dogs.jpg': [
    [16, 0.668, [0.663, 0.04, 0.991, 0.372]],
    [16, 0.6211, [0.263, 0.497, 1, 0.863]],
  ],
  'dogs.jpg': [
    [17, 0.7578, [0.044, 0.164, 0.909, 0.379]],
    [17, 0.75, [0.323, 0.558, 0.79, 0.85]],
  ],
  'flower.jpg': [[85, 0.668, [0.723, 0.264, 0.98, 0.656]]],
  'grace_hopper.jpg': [
    [0, 0.7109, [0.049, 0, 0.979, 1]],
    [31, 0.6328, [0.706, 0.439, 0.897, 0.566]],
  ],
  'hot_dog.jpg': [[57, 0.6562, [0.227, 0.241, 0.6, 0.941]]],
  'owl.jpg': [[15, 0.8242, [0.022, 0.301, 0.958, 0.652]]],
  'pets.jpg': [
    [17, 0.8164, [0.114, 0.237, 0.678, 0.491]],
    [17, 0.7383, [0.384, 0.664, 0.86, 0.965]],
  ],
  'sparrow.jpg': [[15, 0.8242, [0.179, 0.165, 0.833, 0.874]]],
};

/** The box of a detection as shares of the sides, in the reference's order. */
function sharesOf({ box }: Detection, { width, height }: DetectionAnswer): number[] {
  return [
    box.y / height,
    box.x / width,
    (box.y + box.height) / height,
    (box.x + box.width) / width,
  ];
}

/** The intersection of two boxes as a share of their union. */
function overlap(a: readonly number[], b: readonly number[]): number {
  const side = (box: readonly number[], axis: number): number => box[axis + 2]! - box[axis]!;
  const shared = [0, 1].map((axis) =>
    Math.max(0, Math.min(a[axis + 2]!, b[axis + 2]!) - Math.max(a[axis]!, b[axis]!)),
  );
  const both = shared[0]! * shared[1]!;
  return both / (side(a, 0) * side(a, 1) + side(b, 0) * side(b, 1) - both);
}

describe('Object detection in photographs', () => {
  let modules: LoadedModule[] = [];
  before(async function () {
    requireData(this);
    if (!existsSync(MODEL)) skip(this, `no ${path.basename(MODEL)} beside the sample data`);
    const models = { default: { file: MODEL, labels: LABELS } };
    modules = await Promise.all(
      ISOLATIONS.map((isolation) => loadModule(DETECTOR, { models, isolation })),
    );
  });
  after(() => Promise.all(modules.map((module) => module.close())));

  for (const [name, expected] of Object.entries(REFERENCE)) {
    it(`finds what TensorFlow Lite finds, in every isolation: ${name}`, async () => {
      const stdin = readFileSync(path.join(DATA, 'photos', name));
      const lines = await Promise.all(
        modules.map(async (module) => {
          const { stdout, stderr } = await module.run({ stdin, args: ['--format', 'json'] });
          assert.equal(stderr.toString(), '');
          return stdout.toString();
        }),
      );
      assert.equal(new Set(lines).size, 1, 'every isolation gives the same bytes');
      const answer = JSON.parse(lines[0]!) as DetectionAnswer;
      for (const [index, score, box] of expected) {
        const found = answer.detections.filter((each) => {
          return each.index === index && overlap(sharesOf(each, answer), box) > 0.85;
        });
        assert.equal(found.length, 1, `class ${index} in ${lines[0]}`);
        assert.ok(Math.abs(found[0]!.score - score) < 0.05, `${score} in ${lines[0]}`);
        assert.equal(
          found[0]!.label,
          { 0: 'person', 15: 'bird', 16: 'cat', 17: 'dog' }[index] ?? `class ${index}`,
        );
      }
      const sure = answer.detections.filter((each) => each.score > 0.7);
      for (const each of sure) {
        const isExpected = expected.some(
          ([index, , box]) => index === each.index && overlap(sharesOf(each, answer), box) > 0.85,
        );
        assert.ok(isExpected, `nothing else is surely there: ${lines[0]}`);
      }
    });
  }
});
