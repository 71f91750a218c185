import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { clearestPhotograph, exampleOutput, photographs, runExample } from '../support/examples.js';
import { parseTopK } from '../support/classification.js';
import { jpeg, plainJpeg } from '../support/jpeg.js';
import { ROOT, compiledGuest } from '../support/paths.js';
import { withModule } from '../support/run-guest.js';
import { temporaryPath } from '../support/wat.js';

function temporaryFile(name: string, content: Buffer): string {
  const file = temporaryPath(name);
  writeFileSync(file, content);
  return file;
}

describe('The example guest-rust', function () {
  this.timeout(60_000);

  const text = path.join(ROOT, 'examples', 'guest-rust', 'src', 'main.rs');

  it('counts the words of a text, but for those in its file', async () => {
    const stopWords = readFileSync(path.join(ROOT, 'examples/guest-rust/stop-words.txt'), 'utf8');
    const counts = new Map<string, number>();
    for (const run of readFileSync(text, 'utf8').match(/[\p{Alphabetic}']+/gu)!) {
      const word = run.replace(/^'+|'+$/g, '').toLowerCase();
      if (word !== '' && !stopWords.split('\n').includes(word)) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    const expected = [...counts]
      .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
      .slice(0, 25)
      .map(([word, count]) => `${count}\t${word}\n`);
    assert.equal(
      await exampleOutput('guest-rust', ['run.mjs', '--top', '25', text]),
      expected.join(''),
    );
  });

  it('refuses wrong arguments, and what is no text', async () => {
    for (const [args, exitCode, complaint] of [
      [['--top', 'many', text], 64, /usage: word-count/],
      [[compiledGuest('image-classification')], 65, /not UTF-8/],
    ] as const) {
      const { code, stdout, stderr } = await runExample('guest-rust', ['run.mjs', ...args]);
      assert.deepEqual([code, stdout], [exitCode, '']);
      assert.match(stderr, complaint);
    }
  });
});

describe('The example guest-c', function () {
  this.timeout(60_000);

  const block = (): number[] => [90, 80, 70];

  it('tells what JPEG files are, and what are none', async () => {
    const progressive = jpeg({ width: 70_00, height: 9, progressive: true, orientation: 6, block });
    for (const [content, expected] of [
      [plainJpeg(33, 17, 128), '33 x 17, 1 component of 8 bits, baseline'],
      [progressive, '7000 x 9, 3 components of 8 bits, progressive'],
    ] as const) {
      const file = temporaryFile('picture.jpg', content);
      assert.equal(await exampleOutput('guest-c', ['run.mjs', file]), `${file}: ${expected}\n`);
    }
    const cuts = [0, 1, 2, 5, 20].map((end) =>
      temporaryFile('cut.jpg', progressive.subarray(0, end)),
    );
    const { code, stdout } = await runExample('guest-c', ['run.mjs', ...cuts, ...photographs()]);
    assert.equal(code, 1);
    assert.equal(stdout.match(/: jpeg-info: .+$/gm)?.length, cuts.length);
    const told = /: \d+ x \d+, [13] components? of 8 bits, (baseline|progressive)$/gm;
    assert.equal(stdout.match(told)?.length, photographs().length);
  });

  it('measures distances, by a function that is called', async () => {
    // A quarter of the equator: of a circle of 6371.0088 km.
    const quarter = `${((Math.PI / 2) * 6371.0088).toFixed(1)} km\n`;
    assert.equal(
      await exampleOutput('guest-c', ['call.mjs', '--', '0', '-45', '0', '45']),
      quarter,
    );
    assert.equal(await exampleOutput('guest-c', ['call.mjs', '--', '90', '7', '0', '99']), quarter);
    const { code } = await runExample('guest-c', ['call.mjs', '1', '2']);
    assert.equal(code, 2);
  });
});

describe('The examples against published crates', function () {
  this.timeout(60_000);

  it('wasi-nn 0.6: agrees with our own guest', async () => {
    const { file, topK } = await clearestPhotograph();
    const output = await exampleOutput('guest-wasi-nn', ['run.mjs', file]);
    // It resizes in a different way.
    assert.equal(output.replace(/ \d+\n$/, ''), `${file}: ${topK[0]!.label}`);
  });

  it('wasi-nn 0.6: complains of what is no picture', async () => {
    const { code, stdout } = await runExample('guest-wasi-nn', ['run.mjs', 'Cargo.toml']);
    assert.equal(code, 1);
    assert.match(stdout, /^Cargo\.toml: wasi-nn-guest: invalid JPEG/);
  });

  for (const version of ['0.2', '0.3']) {
    const folder = `guest-wasmedge-tensorflow-${version}`;

    it(`wasmedge_tensorflow_interface ${version}: scores exactly as our own guest does`, async () => {
      const guest = compiledGuest('image-classification-wasmedge-tensorflow');
      const options = { hostModules: ['wasmedge_image'] as const, args: ['--format', 'json'] };
      const expected = await withModule(guest, options, (module) =>
        Promise.all(
          photographs().map(async (file) => {
            const { stdout } = await module.run({ stdin: readFileSync(file) });
            const [best] = parseTopK(stdout.toString());
            return `${file}: ${best!.label} ${best!.score}`;
          }),
        ),
      );
      const output = await exampleOutput(folder, ['run.mjs', ...photographs()]);
      assert.deepEqual(output.trimEnd().split('\n').sort(), expected.sort());
    });

    it(`wasmedge_tensorflow_interface ${version}: complains of what is no picture`, async () => {
      const { code, stdout } = await runExample(folder, ['run.mjs', 'Cargo.toml']);
      assert.equal(code, 1);
      assert.match(
        stdout,
        version === '0.2' ? /cannot be decoded/ : /ERR_TRAP \(unreachable\)[^]*FAIL/,
      );
    });
  }
});
