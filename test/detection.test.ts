import assert from 'node:assert/strict';

import type { DetectionAnswer } from 'wasmedge-embed';

import { DETECTOR, detect, petModel } from './support/detection.js';
import { ISOLATIONS } from './support/isolations.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import type { DetectorForm, DetectorOutputs } from './support/tflite-models.js';
import { constantModel } from './support/tflite-models.js';

const PICTURE = plainJpeg(40, 20, 128);
const ZEROS: [number, number, number, number][] = [
  [0, 0, 0, 0],
  [0, 0, 0, 0],
];

/** What `petModel` must detect in a picture of 40 × 20 pixels. */
const FOUND: DetectionAnswer = {
  model: 'default',
  width: 40,
  height: 20,
  detections: [
    { index: 0, label: 'cat', score: 0.75, box: { x: 20, y: 5, width: 20, height: 10 } },
    { index: 1, label: '<dog>', score: 0.625, box: { x: 0, y: 0, width: 10, height: 20 } },
  ],
};

describe('Object detection', () => {
  for (const isolation of ISOLATIONS) {
    it(`tells what is in a picture, and where (${isolation})`, async () => {
      assert.deepEqual(await detect(petModel(), PICTURE, [], isolation), FOUND);
    });
  }

  it('leaves out what the caller does not want', async () => {
    const labels = async (...args: string[]): Promise<string[]> => {
      const { detections } = await detect(petModel(), PICTURE, args);
      return detections.map(({ label }) => label);
    };
    assert.deepEqual(await labels('--threshold', '0.2'), ['cat', '<dog>', 'class 5']);
    assert.deepEqual(await labels('--threshold', '0.7'), ['cat']);
    assert.deepEqual(await labels('--threshold', '1'), []);
    assert.deepEqual(await labels('--max-results', '1', '--threshold', '0'), ['cat']);
  });

  it('says it in a sentence, as HTML', async () => {
    const load = { models: { default: petModel() } };
    const sentence = await outputOf(DETECTOR, load, { stdin: PICTURE });
    assert.equal(sentence.toString(), 'In the picture: cat (75%), &lt;dog&gt; (62%)\n');
    const nothing = await outputOf(DETECTOR, load, { stdin: PICTURE, args: ['--threshold=1'] });
    assert.equal(nothing.toString(), 'Nothing that the model knows was found in the picture.\n');
  });

  it('tells places of the picture as it is to be seen', async () => {
    const turned = jpeg({ width: 40, height: 20, block: () => [128], orientation: 6 });
    const { width, height, detections } = await detect(petModel(), turned);
    assert.deepEqual([width, height], [20, 40]);
    assert.deepEqual(detections[0]?.box, { x: 10, y: 10, width: 10, height: 20 });
  });

  const forms: Record<string, DetectorForm> = {
    'named by what they are': {
      order: ['count', 'scores', 'classes', 'boxes'],
      names: {
        boxes: 'detection_boxes',
        classes: 'detection_classes',
        scores: 'detection_scores',
        count: 'num_detections',
      },
    },
    'of TensorFlow 2': {
      order: ['scores', 'boxes', 'count', 'classes'],
      names: {
        scores: 'StatefulPartitionedCall:1',
        boxes: 'StatefulPartitionedCall:3',
        count: 'StatefulPartitionedCall:0',
        classes: 'StatefulPartitionedCall:2',
      },
    },
    "of EfficientDet, in the operator's order": {
      names: {
        boxes: 'StatefulPartitionedCall:31',
        classes: 'StatefulPartitionedCall:32',
        scores: 'StatefulPartitionedCall:33',
        count: 'StatefulPartitionedCall:34',
      },
    },
  };
  for (const [what, form] of Object.entries(forms)) {
    it(`takes outputs ${what}`, async () => {
      assert.deepEqual(await detect(petModel({}, form), PICTURE), FOUND);
    });
  }

  it('does without labels', async () => {
    const { file } = petModel() as { file: Uint8Array };
    const labelsOf = async (labels: string[]): Promise<string[]> => {
      const { detections } = await detect({ file, labels }, PICTURE);
      return detections.map(({ label }) => label);
    };
    assert.deepEqual(await labelsOf([]), ['class 0', 'class 1']);
    assert.deepEqual(await labelsOf(['cat']), ['cat', 'class 1']);
    assert.deepEqual(await labelsOf(['cat', 'dog']), ['cat', 'dog']);
  });

  it('counts no further than there is room', async () => {
    assert.deepEqual(await detect(petModel({ count: 1e9 }), PICTURE), FOUND);
    const { detections } = await detect(petModel({ count: 1 }), PICTURE);
    assert.deepEqual(detections, FOUND.detections.slice(0, 1));
  });

  const wrong: [what: string, outputs: Partial<DetectorOutputs>, words: RegExp][] = [
    ['a number of detections below 0', { count: -1 }, /the model reports -1 detections/],
    ['a number of detections that is none', { count: NaN }, /the model reports NaN detections/],
    ['a score that is no number', { scores: [NaN, 0.5, 0.5] }, /not finite numbers/],
    ['a box without an end', { boxes: [[0, 0, Infinity, 1], ...ZEROS] }, /not finite numbers/],
    ['half a class', { classes: [0.5, 1, 2] }, /invalid class 0\.5/],
    ['fewer classes than boxes', { classes: [1] }, /\[12, 1, 3, 1\] values/],
  ];
  for (const [what, outputs, words] of wrong) {
    it(`refuses ${what}`, async () => {
      const load = { models: { default: petModel(outputs) } };
      const complaint = await complaintOf(70, DETECTOR, load, { stdin: PICTURE });
      assert.match(complaint, /^object-detection: /);
      assert.match(complaint, words);
    });
  }

  it('refuses a model that is no detector, and what is no picture', async () => {
    const classifier = constantModel({ type: 'uint8', size: [1, 1, 3] }, [1, 2]);
    const models = { default: classifier };
    assert.match(
      await complaintOf(70, DETECTOR, { models }, { stdin: PICTURE }),
      /"outputs" has 1 tensors, detection needs the 4 of TFLite_Detection_PostProcess/,
    );
    const load = { models: { default: petModel() } };
    assert.match(await complaintOf(65, DETECTOR, load, { stdin: 'text' }), /neither a JPEG/);
  });

  it('draws what it found, after its line of JSON', async () => {
    const stdin = plainJpeg(320, 240, 128);
    const load = { models: { default: petModel() } };
    const answer = await outputOf(DETECTOR, load, { stdin, args: ['--format', 'annotated'] });
    const end = answer.indexOf('\n') + 1;
    const { width, height } = JSON.parse(answer.toString('utf8', 0, end)) as DetectionAnswer;
    assert.deepEqual([width, height], [320, 240]);
    const picture = answer.subarray(end);
    assert.deepEqual([...picture.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    // It is a picture of the same size, in which its own boxes are detected.
    const again = await detect(petModel(), picture);
    assert.deepEqual([again.width, again.height], [320, 240]);
    const bare = await outputOf(DETECTOR, load, {
      ...{ stdin, args: ['--format', 'annotated', '--threshold', '1'] },
    });
    assert.ok(bare.length < answer.length, 'without boxes it is plain');
  });
});
