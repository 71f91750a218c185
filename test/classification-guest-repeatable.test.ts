import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER, parseTopK } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { jpeg } from './support/jpeg.js';
import { SMALL_MODEL } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const RUNS = 1000;
const CONCURRENCY = 8;

async function answersAlike(picture: Buffer): Promise<void> {
  const load = { models: { default: SMALL_MODEL }, concurrency: CONCURRENCY, maxQueue: RUNS };
  await withModule(CLASSIFIER, load, async (module) => {
    const args = ['--format', 'json', '--top-k', '23'];
    const runs = Array.from({ length: RUNS }, () => module.run({ stdin: picture, args }));
    const results = await Promise.all(runs);
    const answers = new Set(results.map(({ stdout }) => stdout.toString('latin1')));
    assert.equal(answers.size, 1, [...answers].join(''));
    assert.equal(parseTopK([...answers].join('')).length, 23);
    assert.ok(results.every(({ exitCode, stderr }) => exitCode === 0 && stderr.length === 0));
  });
}

describe('the same picture a thousand times, eight at once', () => {
  it('gets the same answer to the byte', async () => {
    await answersAlike(
      jpeg({
        width: 128,
        height: 128,
        block: (column, row) => [(column * 37 + row * 91) % 256, 100 + column, 150 - row],
      }),
    );
  });

  it('gets the same answer to the byte, as a photograph', async function () {
    requireData(this);
    await answersAlike(readFileSync(path.join(DATA, 'photos', 'burger.jpg')));
  });
});
