import assert from 'node:assert/strict';

import { inspectModel } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { metadata, modelWith, zip } from './support/model-metadata.js';
import type { Said, Zipped } from './support/model-metadata.js';
import { rustGuest } from './support/paths.js';
import { runOnce } from './support/run-guest.js';
import { buildModel } from './support/tflite.js';
import type { Graph } from './support/tflite.js';

const tensor = (name: string): Graph['tensors'][number] => ({
  name,
  type: 'float32',
  shape: [1, 4],
});
/** It has an output of four elements. */
const GRAPH: Graph = {
  tensors: ['left', 'right', 'sum'].map(tensor),
  operators: [{ operator: 'ADD', inputs: ['left', 'right'], outputs: ['sum'] }],
  inputs: ['left', 'right'],
  outputs: ['sum'],
};

const AXIS_LABELS = 2;
const LABELS = 'one\ntwo\ndrei\nquatre';
const file = (text: string, more: Partial<Zipped> = {}): Zipped => ({
  content: Buffer.from(text),
  ...more,
});

const SAID: Said = {
  name: 'Numbers',
  inputs: [{ name: 'image', normalization: { mean: [0], std: [255] } }],
  outputs: [
    {
      name: 'scores',
      files: [
        { name: 'scores.txt', type: AXIS_LABELS, locale: 'en' },
        { name: 'labels.txt', type: AXIS_LABELS },
      ],
    },
  ],
};
const FILES = {
  'scores.txt': file('1\n2\n3\n4\n'),
  'labels.txt': file(LABELS),
  'vocabulary.txt': file('other'),
};

type Source = NonNullable<LoadOptions['models']>[string];

/**
 * What the guest reads about a model in /models: its labels, null if there are none, and its
 * normalization.
 */
async function toldOf(
  source: Source,
  isolation: LoadOptions['isolation'] = 'in-process',
): Promise<{ labels: string | null; normalize: unknown }> {
  const options = { isolation, models: { m: source } };
  const read = (name: string): ReturnType<typeof runOnce> =>
    runOnce(rustGuest('std-tour'), options, { args: ['read', `/models/${name}`] });
  const [labels, json] = await Promise.all(['m.labels.txt', 'm.json'].map(read));
  return {
    labels: labels?.exitCode === 0 ? labels.stdout.toString() : null,
    normalize: (JSON.parse(String(json?.stdout)) as { normalize: unknown }).normalize,
  };
}

const three = (value: number): number[] => [value, value, value];
const DEFAULT = { mean: three(127.5), scale: three(1 / 127.5) };

describe('What a model says of itself', () => {
  for (const isolation of ISOLATIONS) {
    it(`serves where the options are silent: ${isolation}`, async () => {
      const model = modelWith(GRAPH, SAID, FILES);
      assert.deepEqual(await toldOf(model, isolation), {
        labels: LABELS,
        normalize: { mean: three(0), scale: three(1 / 255) },
      });
    });
  }

  it('does not count where something else was said', async () => {
    const model = modelWith(GRAPH, SAID, FILES);
    const normalize = { mean: 1, scale: 2 };
    assert.deepEqual(await toldOf({ file: model, labels: ['a', 'b', 'c', 'd'], normalize }), {
      labels: 'a\nb\nc\nd\n',
      normalize: { mean: three(1), scale: three(2) },
    });
    const { labels } = await toldOf({ file: model, labels: [] });
    assert.equal(labels, '');
  });

  it('has labels in the only text file where none is named, stored or packed', async () => {
    const only = { 'a.txt': file(LABELS, { stored: true }), 'b.bin': file('x') };
    assert.equal((await toldOf(modelWith(GRAPH, {}, only))).labels, LABELS);
    const several = { ...only, 'c.txt': file(LABELS) };
    assert.equal((await toldOf(modelWith(GRAPH, {}, several))).labels, null);
  });

  it('has no labels where they are not as many as the classes', async () => {
    const model = modelWith(GRAPH, {}, { 'labels.txt': file('one\ntwo\n') });
    assert.equal((await toldOf(model)).labels, null);
    // If the host names them, it gets an error.
    await fails('ERR_MODEL', toldOf({ file: model, labels: ['one', 'two'] }));
  });

  it('is shown by inspectModel', async () => {
    const { metadata: told } = await inspectModel(modelWith(GRAPH, SAID, FILES));
    assert.deepEqual(told, {
      name: 'Numbers',
      inputs: [{ name: 'image', normalization: { mean: [0], std: [255] } }],
      outputs: [{ name: 'scores', labels: 'labels.txt' }],
      files: Object.entries(FILES).map(([name, { content }]) => ({ name, size: content.length })),
    });
    assert.equal((await inspectModel(buildModel(GRAPH))).metadata, undefined);
  });

  const normalizations: [what: string, mean: number[], std: number[], told: unknown][] = [
    ['for each channel', [1, 2, 3], [4, 5, 8], { mean: [1, 2, 3], scale: [1 / 4, 1 / 5, 1 / 8] }],
    ['with nothing', [], [1], DEFAULT],
    ['divided by 0', [0], [0], DEFAULT],
    ['with what is no number', [NaN], [1], DEFAULT],
    ['without end', [0], [Infinity], DEFAULT],
    ['for two channels', [0, 1], [1, 1], DEFAULT],
  ];
  for (const [what, mean, std, told] of normalizations) {
    it(`normalizes ${what}`, async () => {
      const model = modelWith(GRAPH, { inputs: [{ normalization: { mean, std } }] });
      assert.deepEqual((await toldOf(model)).normalize, told);
    });
  }
});

describe('An archive that lies', () => {
  const labelsOf = async (behind: (before: number) => Buffer): Promise<string | null> => {
    const model = buildModel({ ...GRAPH, metadata: metadata({}) });
    return (await toldOf(Buffer.concat([model, behind(model.length)]))).labels;
  };
  const whole = (before: number): Buffer => zip({ 'labels.txt': file(LABELS) }, before);
  const changed =
    (change: (bytes: Buffer) => void) =>
    (before: number): Buffer => {
      const bytes = whole(before);
      change(bytes);
      return bytes;
    };
  const END = -22;

  it('is taken where its offsets count from its own beginning', async () => {
    assert.equal(await labelsOf(() => zip({ 'labels.txt': file(LABELS) })), LABELS);
  });

  const cases: [what: string, behind: (before: number) => Buffer][] = [
    ['about the size of a file', (b) => zip({ 'a.txt': file(LABELS, { claimedSize: 9 }) }, b)],
    ['about a size beyond all', (b) => zip({ 'a.txt': file('', { claimedSize: 2 ** 31 }) }, b)],
    ['and is a bomb', (b) => zip({ 'a.txt': { content: Buffer.alloc(64 << 20) } }, b)],
    [
      'and is a bomb of a small size',
      (b) => zip({ 'a.txt': { content: Buffer.alloc(64 << 20), claimedSize: 8 } }, b),
    ],
    ['and is encrypted', (b) => zip({ 'a.txt': file(LABELS, { flags: 1 }) }, b)],
    [
      'about the size of its directory',
      changed((z) => z.writeUInt32LE(0xffff_ffff, z.length + END + 12)),
    ],
    [
      'about the place of its directory',
      changed((z) => z.writeUInt32LE(0xffff_fff0, z.length + END + 16)),
    ],
    ['about the number of its files', changed((z) => z.writeUInt16LE(9, z.length + END + 10))],
    [
      'about the place of a file',
      changed((z) => z.writeUInt32LE(0xffff_ff00, z.length + END - 14)),
    ],
    ['about its end', changed((z) => z.writeUInt16LE(500, z.length + END + 20))],
    ['and ends early', (b) => whole(b).subarray(0, -3)],
    ['and is nothing but an end', () => zip({})],
  ];
  for (const [what, behind] of cases) {
    it(`${what} has no labels`, async () => {
      assert.equal(await labelsOf(behind), null);
    });
  }

  it('and a damaged description are as good as none, wherever the damage is', async () => {
    const content = metadata(SAID);
    const graph = buildModel({ ...GRAPH, metadata: content });
    const at = graph.indexOf(content);
    assert.ok(at > 0);
    // Every offset, count and type in turn, set to the maximum or to 0.
    for (let place = 0; place + 4 <= content.length; place += 4) {
      for (const value of [0, 0x7fff_ffff, 0xffff_ffff, 0xffff]) {
        const damaged = Buffer.from(graph);
        damaged.writeUInt32LE(value, at + place);
        const { inputs } = await inspectModel(damaged);
        assert.equal(inputs.length, 2);
      }
    }
  });
});
