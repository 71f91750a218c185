import assert from 'node:assert/strict';

import { byClass, refusal, topClasses } from './support/classification.js';
import { jpeg } from './support/jpeg.js';
import { pickingModel } from './support/tflite-models.js';

const PICTURE = jpeg({
  width: 16,
  height: 16,
  block: (column, row) => [16 + 100 * column + 50 * row],
});
const MODEL = pickingModel({ type: 'uint8', size: [2, 2, 3] }, [
  [0, 0, 0],
  [0, 1, 0],
  [1, 0, 0],
  [1, 1, 0],
]);
const HEX = PICTURE.toString('hex');

describe('a picture as hexadecimal text', () => {
  const forms: [string, string][] = [
    ['in small letters', HEX],
    ['in capital letters', HEX.toUpperCase()],
    ['in both', HEX.replace(/f/g, 'F')],
    ['with a line feed behind', `${HEX}\n`],
    ['in lines', HEX.replace(/(.{64})/g, '$1\r\n')],
    ['byte by byte', HEX.replace(/(..)/g, '$1 ')],
    ['with white space before and within bytes', ` \n\t${HEX.replace(/(.{3})/g, '$1 ')}`],
  ];
  for (const [name, text] of forms) {
    it(`is the same picture ${name}`, async () => {
      const classes = await topClasses(MODEL, text, 4);
      assert.deepEqual(byClass(classes), byClass(await topClasses(MODEL, PICTURE, 4)));
      assert.deepEqual(byClass(classes), [16, 116, 66, 166]);
    });
  }

  const wrong: [string, string, RegExp][] = [
    ['with an odd number of digits', HEX.slice(1) + 'ff', /not a JPEG|odd/],
    ['with half a byte at the end', `${HEX}f`, /odd number of digits/],
    [
      'with a character that is no digit',
      `${HEX.slice(0, 10)}g${HEX.slice(11)}`,
      /0x67 at offset 10/,
    ],
    ['with a prefix', `0x${HEX}`, /0x78 at offset 1/],
    ['of something else', Buffer.from('\x89PNG').toString('hex'), /not a JPEG.* picture/],
    ['as base64', PICTURE.toString('base64'), /neither|no hexadecimal/],
    ['cut short', HEX.slice(0, 200), /truncated|damaged|JPEG/],
  ];
  for (const [name, text, expected] of wrong) {
    it(`is refused ${name}`, async () => {
      const line = await refusal(65, MODEL, text);
      assert.match(line, expected);
      assert.equal(line.split('\n').length, 1);
    });
  }
});
