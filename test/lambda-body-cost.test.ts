import assert from 'node:assert/strict';

import { pictureOf } from './support/internals.js';
import { scriptOutput } from './support/process.js';
import { turnsDuring } from './support/turns.js';

const SIZE = 12 << 20;
type Content = [start: string, unit: string, type?: string, isBase64?: boolean];

const LONGEST_SLICE = 128 << 10;
const FORM = 'multipart/form-data; boundary=b';

const TINY_PARTS: Content = ['', '--b\r\n\r\n\r\n', FORM];

/** Content of this size, defined by what is repeated and how it begins; and its Content-Type. */
const BODIES: Record<string, Content> = {
  'a form of tiny parts': TINY_PARTS,
  'a form of one file': [
    '--b\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nffd8',
    'a',
    FORM,
  ],
  'a form of one head': ['--b\r\n', 'x: y\r\n', FORM],
  'a form of almost boundaries': ['--b\r\n\r\n', '\r\n--', FORM],
  'hexadecimal text': ['ffd8', 'a'],
  'hexadecimal text with a space between all digits': ['ffd8', 'a '],
  'white space': ['', ' '],
  'a data URL that is percent-encoded': ['data:,%ff%d8', '%ff'],
  'a data URL of white space': ['data:,%ff%d8', ' '],
  'a data URL of base64 with a space between all digits': ['data:;base64,/9j/', 'A '],
  'a data URL of base64 that is percent-encoded': ['data:;base64,/9j/', '%41'],
  base64: ['/9j/', 'AAAA', '', true],
};

function body(start: string, unit: string): Buffer {
  return Buffer.concat([Buffer.from(start), Buffer.alloc(SIZE - start.length, unit)]);
}

/** How often the event loop turns until the body has been read. */
function turnsOf(
  [start, unit, type = '', isBase64Encoded = false]: Content,
  isText: boolean,
): Promise<number> {
  const bytes = body(start, unit);
  const content = isText ? bytes.toString('latin1') : bytes;
  return turnsDuring(() =>
    pictureOf({ content, isBase64Encoded }, type, SIZE).catch(() => undefined),
  );
}

describe('A body of 12 MiB', () => {
  for (const [what, content] of Object.entries(BODIES)) {
    if (content === TINY_PARTS) continue;
    for (const isText of [true, false]) {
      it(`lets the event loop turn: ${what}, as ${isText ? 'text' : 'bytes'}`, async () => {
        const turns = await turnsOf(content, isText);
        assert.ok(turns >= SIZE / LONGEST_SLICE, `it turned ${turns} times`);
      });
    }
  }

  it('is refused at its beginning where it is a form of tiny parts', async () => {
    for (const isText of [true, false]) {
      const turns = await turnsOf(TINY_PARTS, isText);
      assert.ok(turns <= 2, `the event loop turned ${turns} times`);
    }
  });

  const payloads = ['{},', '"a":0,', 'x', '\\n', '\\u0041'];
  for (const [what, read] of [
    ...Object.entries(BODIES).map(([name, [start, unit, type = '', isBase64Encoded = false]]) => [
      name,
      `bytes.fill(${JSON.stringify(unit)}, bytes.write(${JSON.stringify(start)}));
       const read = () =>
         pictureOf({ content: bytes, isBase64Encoded: ${isBase64Encoded} }, '${type}', SIZE);`,
    ]),
    ...payloads.map((unit) => [
      `JSON of ${unit}`,
      `bytes.fill(${JSON.stringify(unit)}, bytes.write(${unit.length === 3 ? "'['" : `'{"body":"'`}));
       bytes.write('"}', SIZE - 2);
       const read = () => parseBoundedJson(bytes);`,
    ]),
  ] as [string, string][]) {
    it(`takes at most three times its size beside it: ${what}`, async () => {
      const output = await scriptOutput(
        `const { pictureOf } = require('./dist/lambda/picture.js');
         const { parseBoundedJson } = require('./dist/support/bounded-json.js');
         const SIZE = ${SIZE};
         const bytes = Buffer.alloc(SIZE);
         ${read}
         const highest = () => process.resourceUsage().maxRSS * 1024;
         const before = highest();
         read().catch(() => undefined).then(() => console.log(highest() - before));`,
      );
      assert.ok(Number(output) <= 3 * SIZE, output);
    });
  }
});
