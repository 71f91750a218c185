import assert from 'node:assert/strict';

import { printable } from './support/internals.js';

describe('Text from outside', () => {
  it('stays on its line, and in its direction', () => {
    assert.equal(printable('café 咖啡 🐈 "a\\b"'), 'café 咖啡 🐈 "a\\b"');
    assert.equal(printable('a\r\n\tb'), 'a\\r\\n\\tb');
    assert.equal(
      printable('\u001b[2J\u0000\u007f\u0085\u009b'),
      '\\u001b[2J\\u0000\\u007f\\u0085\\u009b',
    );
    assert.equal(
      printable('\u2028\u2029\u202e\u2066\u200f'),
      '\\u2028\\u2029\\u202e\\u2066\\u200f',
    );
    assert.equal(printable('\ud83d'), '\\ud83d');
  });

  it('is cut, and not within a character', () => {
    assert.equal(printable('abcdef', 6), 'abcdef');
    assert.equal(printable('abcdefg', 6), 'abcdef…');
    assert.equal(printable('ab🐈c', 3), 'ab…');
    assert.equal(printable('x'.repeat(1000)).length, 201);
  });
});
