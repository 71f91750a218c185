import assert from 'node:assert/strict';

import { exampleOutput } from '../support/examples.js';

describe('The example snapshot', function () {
  // The first test compiles the interpreter.
  this.timeout(300_000);

  for (const isolation of ['in-process', 'worker-process']) {
    it(`answers the same without and with a snapshot (${isolation})`, async () => {
      const args = ['run.mjs', '--requests', '2', '--isolation', isolation];
      const lines = (await exampleOutput('snapshot', args)).trimEnd().split('\n');
      const answers = [
        '{"zone":1,"places":715,"price":5.63}',
        '{"zone":1,"places":715,"price":4.69}',
        '{"zone":1,"places":715,"price":6.25}',
      ];
      assert.match(lines[0] ?? '', /^without a snapshot: load \d+ ms, request [\d.]+ ms$/);
      assert.deepEqual(lines.slice(1, 4), answers);
      assert.match(lines[4] ?? '', /^with a snapshot: load \d+ ms, request [\d.]+ ms$/);
      assert.deepEqual(lines.slice(5), answers);
    });
  }
});
