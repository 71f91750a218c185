import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER, parseTopK } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { SMALL_MODEL } from './support/paths.js';
import { withModule } from './support/run-guest.js';

/** Damaged files that other decoders accept. */
const DAMAGED = [
  // Its successive approximation begins beyond the precision.
  'jd-22822b8d-subtract-with-overflow.jpg',
  // Its data contain a Huffman code that is not in its table.
  'ljt-32176e64-turbo-dht.jpg',
  // Its data end early.
  'jd-94f3270e-dc-predictor-overflow.jpg',
];

describe('JPEG files of the test collections', () => {
  for (const folder of ['valid', 'odd', 'malformed']) {
    it(`(${folder}) are each classified or refused in one line, and never more`, async function () {
      requireData(this);
      const directory = path.join(DATA, 'jpegs', folder);
      const names = readdirSync(directory);
      assert.ok(names.length > 0);
      await withModule(CLASSIFIER, { models: { default: SMALL_MODEL } }, async (module) => {
        const check = async (name: string): Promise<void> => {
          const { stdout, stderr, exitCode } = await module.run({
            stdin: readFileSync(path.join(directory, name)),
            args: ['--format', 'json', '--top-k', '1'],
          });
          if (exitCode === 0) {
            assert.equal(parseTopK(stdout.toString()).length, 1, name);
            assert.equal(stderr.toString(), '', name);
          } else {
            assert.equal(exitCode, 65, `${name}: ${stderr.toString()}`);
            assert.equal(stdout.length, 0, name);
            assert.match(stderr.toString(), /^image-classification: [^\n]+\n$/, name);
          }
          if (folder === 'valid') assert.equal(exitCode === 0, !DAMAGED.includes(name), name);
        };
        await Promise.all(names.map(check));
      });
    });
  }
});
