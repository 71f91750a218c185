import assert from 'node:assert/strict';

import { exampleOutput, runExample } from '../support/examples.js';

describe('The example host-functions', function () {
  this.timeout(60_000);

  for (const isolation of ['in-process', 'worker-process']) {
    it(`counts visits in three languages (${isolation})`, async () => {
      const output = await exampleOutput('host-functions', ['run.mjs', '--isolation', isolation]);
      const refused = 'ERR_HOST_FUNCTION: The guest may not fetch pages from http://127.0.0.2.\n';
      const visits = ['Rust', 'C', 'AssemblyScript'].map((language, index) => {
        const visit = (number: number): string =>
          `${language} found "page /hello" on visit ${number}\n`;
        return visit(2 * index + 1) + visit(2 * index + 2) + refused;
      });
      assert.equal(output, `${visits.join('')}6 visits\n`);
    });
  }
});

describe('The example plugins', function () {
  this.timeout(60_000);

  it('gives a text to all plug-ins, and goes on without those that fail', async () => {
    const { code, stdout, stderr } = await runExample('plugins', ['run.mjs', 'call 555 0199 now']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'CALL ### #### NOW\n');
    assert.equal(stderr, 'greedy: ERR_TIMEOUT\nrude: ERR_HOST_FUNCTION\n');
  });
});
