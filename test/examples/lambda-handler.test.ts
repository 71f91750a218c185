import assert from 'node:assert/strict';

import { clearestPhotograph, runExample } from '../support/examples.js';

describe('The example lambda-handler', function () {
  this.timeout(60_000);

  it('classifies as the package does', async () => {
    const { file, topK } = await clearestPhotograph();
    const { code, stdout, stderr } = await runExample('lambda-handler', ['invoke.mjs', file]);
    assert.equal(code, 0, stderr);
    const [status, body] = stdout.trimEnd().split('\n').slice(-2);
    assert.equal(status, '200 application/json');
    assert.deepEqual((JSON.parse(body!) as { topK: unknown }).topK, topK);
    assert.match(stdout, /"Namespace":"Pictures"/);
  });

  it('answers what is no picture with a problem', async () => {
    const { code, stdout } = await runExample('lambda-handler', ['invoke.mjs', 'index.mjs']);
    assert.equal(code, 1);
    assert.match(stdout, /^400 application\/problem\+json$/m);
  });

  it('tells how it is used', async () => {
    const { code, stderr } = await runExample('lambda-handler', ['invoke.mjs']);
    assert.deepEqual([code, stderr], [2, 'Usage: node invoke.mjs PHOTO.jpg\n']);
  });
});
