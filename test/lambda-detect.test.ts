import assert from 'node:assert/strict';

import type { DetectionAnswer, HandlerOptions } from 'wasmedge-embed/lambda';
import { createHandler } from 'wasmedge-embed/lambda';

import { DETECTOR, petModel } from './support/detection.js';
import { plainJpeg } from './support/jpeg.js';
import { EVENT_KINDS, invoke } from './support/lambda-events.js';
import { encoded } from './support/lambda-handler.js';
import { withScriptedServer } from './support/serve.js';

const PICTURE = plainJpeg(40, 20, 128);
const OPTIONS: HandlerOptions = {
  task: 'detect',
  models: { default: petModel() },
  logger: false,
};

describe('The Lambda handler that detects', () => {
  it('answers with boxes as JSON, and with a sentence', async () => {
    await using handler = createHandler(OPTIONS);
    for (const kind of EVENT_KINDS) {
      const request = { ...encoded(PICTURE), query: { format: 'json' } };
      const { status, headers, body } = await invoke(handler, kind, request);
      assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
      const answer = JSON.parse(body) as DetectionAnswer & { isolation: string };
      assert.deepEqual([answer.width, answer.height, answer.isolation], [40, 20, 'in-process']);
      assert.deepEqual(answer.detections[0], {
        ...{ index: 0, label: 'cat', score: 0.75 },
        box: { x: 20, y: 5, width: 20, height: 10 },
      });
      assert.equal(answer.detections.length, 2);
      const text = await invoke(handler, kind, encoded(PICTURE));
      assert.equal(text.body, 'In the picture: cat (75%), &lt;dog&gt; (62%)\n');
    }
  });

  it('tells what the threshold lets through', async () => {
    await using handler = createHandler({ ...OPTIONS, threshold: 0.2 });
    const { body } = await invoke(handler, 'invocation', {
      ...encoded(PICTURE),
      query: { format: 'json' },
    });
    const { detections } = JSON.parse(body) as DetectionAnswer;
    assert.deepEqual(
      detections.map(({ label }) => label),
      ['cat', '<dog>', 'class 5'],
    );
  });

  const wrong: [options: object, words: RegExp][] = [
    [{ task: 'segment' }, /task must be 'classify' or 'detect' or 'run', got 'segment'/],
    [{ task: 'detect' }, /models must be given if task is 'detect'/],
    [{ ...OPTIONS, topK: 3 }, /topK must be absent if task is 'detect'/],
    [{ ...OPTIONS, threshold: 1.5 }, /threshold must be a number from 0 to 1, got 1\.5/],
    [{ ...OPTIONS, threshold: NaN }, /threshold must be a number from 0 to 1/],
    [{ threshold: 0.5 }, /threshold must be absent unless task is 'detect'/],
  ];
  for (const [options, message] of wrong) {
    it(`refuses ${message.source}`, () => {
      assert.throws(() => createHandler(options), {
        code: 'ERR_INVALID_ARGUMENT',
        message,
      });
    });
  }

  it('is served under the name of what it does', async () => {
    await withScriptedServer({ handler: { ...OPTIONS, module: DETECTOR } }, async (url) => {
      const post = { method: 'POST', body: PICTURE };
      const answer = await fetch(`${url}/detect?format=json`, post);
      assert.equal(answer.status, 200);
      const { detections } = (await answer.json()) as DetectionAnswer;
      assert.equal(detections.length, 2);
      assert.equal((await fetch(`${url}/classify`, post)).status, 404);
      const page = await (await fetch(url)).text();
      assert.match(page, /"task":"detect"/);
    });
  });
});
