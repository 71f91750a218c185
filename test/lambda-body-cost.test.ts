import assert from 'node:assert/strict';

import { pictureOf } from './support/internals.js';
import { scriptOutput } from './support/process.js';
import { turnsDuring } from './support/turns.js';

const SIZE = 12 << 20;
type Content = [start: string, unit: string, type?: string, isBase64?: boolean];

const LONGEST_SLICE = 128 << 10;
const FORM = 'multipart/form-data; boundary=b';

const TINY_PARTS: Content = ['', '--b\r\n\r\n\r\n', FORM];

/** Content of that size, by what is repeated and what it begins with; and its Content-Type. */
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

/** How often the event loop turns until the body is read. */
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

  it('takes at most three times its size beside it', async () => {
    const output = await scriptOutput(
      `import { createRequire } from 'node:module';
       const require = createRequire(${JSON.stringify(`${process.cwd()}/dist/index.js`)});
       const { pictureOf } = require('./lambda/picture.js');
       const { parseBoundedJson } = require('./bounded-json.js');
       const highest = () => process.resourceUsage().maxRSS * 1024;
       const SIZE = ${SIZE};
       // What is needed for the smallest is no part of it, nor what one body takes by itself.
       await pictureOf({ content: 'ffd8', isBase64Encoded: false }, '', SIZE);
       await pictureOf({ content: '--b\\r\\n', isBase64Encoded: false }, '${FORM}', SIZE).catch(() => 0);
       const bytes = Buffer.alloc(SIZE, 1);
       globalThis.gc();
       const before = highest();
       for (const [what, [start, unit, type = '', isBase64Encoded = false]] of ${JSON.stringify(Object.entries(BODIES))}) {
         bytes.fill(unit, bytes.write(start));
         await pictureOf({ content: bytes, isBase64Encoded }, type, SIZE).catch(() => 0);
         globalThis.gc();
         console.log(JSON.stringify([what, highest() - before]));
       }
       for (const unit of ['{},', '"a":0,', 'x', '\\\\n', '\\\\u0041']) {
         bytes.fill(unit, bytes.write(unit.length > 2 && unit[0] !== '\\\\' ? '[' : '{"body":"'));
         bytes.write('"}', SIZE - 2);
         await parseBoundedJson(bytes).catch(() => 0);
         globalThis.gc();
         console.log(JSON.stringify([unit, highest() - before]));
       }`,
      { esm: true, flags: ['--expose-gc'] },
    );
    for (const line of output.trimEnd().split('\n')) {
      const [what, bytes] = JSON.parse(line) as [string, number];
      assert.ok(bytes <= 3 * SIZE, `${what}: ${bytes}`);
    }
  });
});
