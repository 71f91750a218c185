import assert from 'node:assert/strict';

import { costOf } from './support/cost.js';
import { parseBoundedJson } from './support/internals.js';
import { turnsDuring } from './support/turns.js';

const parse = (text: string): Promise<unknown> => parseBoundedJson(Buffer.from(text));
const LARGE = 1 << 20;

describe('JSON that strangers send', () => {
  it('is what JSON.parse makes of it, whatever its texts hold and wherever slices end', async () => {
    const texts = [
      'a',
      'é',
      '\u20ac',
      '\u{1f600}',
      '\\n',
      '\\u0041',
      '\\ud83d\\ude00',
      '\\\\',
      '\\"',
      '/',
    ];
    for (const text of texts) {
      // One more character each time, so that each position of the text is at the end of a slice
      // once.
      for (let shift = 0; shift < 7; shift++) {
        const body = 'x'.repeat(shift) + text.repeat(Math.ceil((150 << 10) / text.length));
        const json = `{"head": [1, true, null, "${text}"], "body": "${body}", "__proto__": {"a": "${body}"}}`;
        assert.deepEqual(await parse(json), JSON.parse(json), `${text} after ${shift}`);
      }
    }
  });

  it('may have long names, and white space before their colons', async () => {
    for (const space of ['', ' ', '\n\t', ' '.repeat(500)]) {
      const json = `{"${'n'.repeat(5000)}"${space}: "${'v'.repeat(LARGE)}"}`;
      assert.deepEqual(await parse(json), JSON.parse(json));
    }
  });

  it('may begin with a byte order mark', async () => {
    assert.equal(await parse('\ufeff1'), 1);
  });

  for (const [what, json, name] of [
    ['is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'TypeError'],
    ['is cut off', `{"body": "${'a'.repeat(LARGE)}`, 'SyntaxError'],
    ['is cut off within an escape sequence', `{"body": "${'a'.repeat(LARGE)}\\`, 'SyntaxError'],
    ['has a wrong escape sequence', `{"body": "${'a'.repeat(LARGE)}\\x"}`, 'SyntaxError'],
    ['has a control character', `{"body": "${'a'.repeat(LARGE)}\n"}`, 'SyntaxError'],
    ['has something after it', `{"body": "${'a'.repeat(LARGE)}"}]`, 'SyntaxError'],
    ['has very many values', `[${'0,'.repeat(LARGE)}0]`, 'RangeError'],
    ['has very many members', `{${'"a":0,'.repeat(LARGE)}"a":0}`, 'RangeError'],
    ['is very deep', '['.repeat(LARGE), 'RangeError'],
    ['has much beside its long texts', `[${`"${'a'.repeat(1000)}",`.repeat(4000)}0]`, 'RangeError'],
  ] as const) {
    it(`is refused with a ${name} where it ${what}`, async () => {
      await assert.rejects(parseBoundedJson(Buffer.from(json)), { name });
    });
  }

  it('lets the event loop turn while it is read', async () => {
    const json = Buffer.from(`{"body": "${'\\u0041'.repeat(2 << 20)}"}`);
    const turns = await turnsDuring(async () => {
      const { body } = (await parseBoundedJson(json)) as { body: string };
      assert.equal(body.length, 2 << 20);
    });
    // Once to scan it, and once to decode it.
    assert.ok(turns >= (2 * json.length) / (128 << 10), String(turns));
  });

  it('takes no memory for what it refuses', async () => {
    const json = Buffer.from(`[${'{},'.repeat(4 << 20)}0]`);
    const { bytes } = await costOf(() => parseBoundedJson(json).catch(() => undefined));
    assert.ok(bytes < json.length, String(bytes));
  });
});
