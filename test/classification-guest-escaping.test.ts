import assert from 'node:assert/strict';

import { classify, topClasses } from './support/classification.js';
import { plainJpeg } from './support/jpeg.js';
import { constantModel } from './support/tflite-models.js';

const PICTURE = plainJpeg(8, 8, 128);
const MODEL = constantModel({ type: 'uint8', size: [2, 2, 3] }, [255]);

const CASES: [label: string, address: string, text: string][] = [
  ['tabby cat', 'tabby%20cat', 'tabby cat'],
  ["jack-o'-lantern", 'jack-o%27-lantern', 'jack-o&#39;-lantern'],
  ['R&B <b>', 'R%26B%20%3Cb%3E', 'R&amp;B &lt;b&gt;'],
  ['"quoted"', '%22quoted%22', '&quot;quoted&quot;'],
  [
    "'><script>alert(1)</script>",
    '%27%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E',
    '&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
  ],
  ['Käse 猫 🐈', 'K%C3%A4se%20%E7%8C%AB%20%F0%9F%90%88', 'Käse 猫 🐈'],
  ['100%', '100%25', '100%'],
  ['a+b/c?d#e', 'a%2Bb%2Fc%3Fd%23e', 'a+b/c?d#e'],
  ['A-Z_0.9~', 'A-Z_0.9~', 'A-Z_0.9~'],
];

describe('labels in the sentence of the classification guest', () => {
  for (const [label, address, text] of CASES) {
    it(`are encoded in the address and escaped in the text: ${label}`, async () => {
      assert.equal(
        await classify({ file: MODEL, labels: [label] }, PICTURE),
        `It is very likely a <a href='https://www.google.com/search?q=${address}'>${text}</a> in the picture\n`,
      );
    });

    it(`stand in JSON as they are: ${label}`, async () => {
      assert.deepEqual(await topClasses({ file: MODEL, labels: [label] }, PICTURE, 1), [
        { index: 0, label, score: 255 },
      ]);
    });
  }
});
