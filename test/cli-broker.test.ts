import assert from 'node:assert/strict';

import { commandLine } from './support/command-line.js';

describe('The commands that speak to a broker', () => {
  // A '#' in a password ends the address.
  for (const url of [
    'amqp://guest:p#ss@host:5672',
    'http://guest:p-ss@host',
    'p-ss',
    'amqp://a:p%ss@h',
  ]) {
    it(`do not show an address that they cannot use: ${url}`, async () => {
      for (const words of [['consume'], ['worker'], ['invoke', 'cat.jpg']]) {
        const args = [...words, '--queue', 'pictures'];
        // If anything were loaded before the address is checked, this would fail.
        const model = words[0] !== 'invoke' ? ['--model', 'none.tflite'] : [];
        for (const [given, variables] of [
          [['--amqp', url], {}],
          [[], { WASMEDGE_EMBED_AMQP: url }],
        ] as const) {
          const command = [...args, ...model, ...given];
          const { stdout, stderr, exitCode } = await commandLine(command, variables);
          assert.deepEqual([exitCode, stdout], [1, '']);
          assert.match(stderr, /ERR_INVALID_ARGUMENT: --amqp must be an address.*'#' as '%23'/);
          assert.doesNotMatch(stderr, /p.?ss@|p-ss/);
        }
      }
    });
  }
});
