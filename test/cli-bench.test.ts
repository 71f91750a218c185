import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import {
  GUESTS,
  GUEST_TEXTS,
  SNAPSHOT_GUEST,
  SNAPSHOT_GUEST_TEXT,
  STREAM_GUEST,
  STREAM_GUEST_TEXT,
} from './support/bench.js';
import { cacheWithoutModels, commandLine } from './support/command-line.js';
import { jpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { pickingModel } from './support/tflite-models.js';
import { assemble } from './support/wat.js';

const folder = folderWith({
  'colours.tflite': pickingModel({ type: 'uint8', size: [8, 8, 3] }, [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
  ]),
  'colours.labels.txt': 'red\ngreen\nblue\n',
  'red.jpg': jpeg({ width: 64, height: 48, colours: 'rgb', block: () => [250, 20, 10] }),
  'green.jpg': jpeg({ width: 32, height: 32, colours: 'rgb', block: () => [40, 220, 30] }),
  'text.jpg': 'no picture',
});
const file = (name: string): string => path.join(folder, name);
const withModel = ['--model', file('colours.tflite'), '--labels', file('colours.labels.txt')];

interface Summary {
  contenders: {
    name: string;
    skipped?: string;
    latency?: { samples: number; percentilesMs: { value: number }[] };
    throughput?: { concurrency: number }[];
    memory?: { idleBytes: number };
    coldStart?: { totalMs: { value: number }; parts: { part: string }[] };
    agreement?: { alike: number; of: number };
  }[];
}

describe('wasmedge-embed bench', () => {
  it('measures, shows tables, and writes results that can be reported on and compared', async () => {
    const out = path.join(folder, 'results');
    const { stdout, stderr, exitCode } = await commandLine([
      ...['bench', '--quick', '--only', 'in-process,echo-in-process', '--output', out],
      ...[...withModel, file('red.jpg'), file('green.jpg')],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Classification of a photograph/);
    assert.match(stderr, /Measured: latency/);
    const [results = '', ...others] = readdirSync(out)
      .sort((a, b) => a.length - b.length)
      .reverse();
    assert.ok(results.endsWith('.summary.json'));
    assert.deepEqual(others.map((name) => name.replace(/^[\dT-]+/, '')).sort(), [
      '.html',
      '.json',
      '.md',
    ]);
    const { contenders } = JSON.parse(readFileSync(path.join(out, results), 'utf8')) as Summary;
    assert.deepEqual(
      contenders.map(({ name }) => name),
      ['in-process', 'echo-in-process'],
    );
    for (const each of contenders) {
      assert.equal(each.latency?.samples, 4);
      assert.ok(each.latency.percentilesMs.every(({ value }) => value > 0));
      assert.deepEqual(
        each.throughput?.map(({ concurrency }) => concurrency),
        [1, 2],
      );
      assert.ok((each.memory?.idleBytes ?? 0) > 10e6);
      assert.equal(each.coldStart?.parts.at(-1)?.part, 'first run');
    }
    assert.deepEqual(contenders[0]?.agreement, { alike: 2, of: 2 });

    const raw = path.join(out, results.replace('.summary', ''));
    // Results are passed on: nothing in them reveals where files were.
    assert.ok(!readFileSync(raw, 'utf8').includes(folder));
    const compared = await commandLine(['bench', 'compare', raw, raw]);
    assert.equal(compared.exitCode, 0, compared.stderr);
    assert.match(compared.stdout, /within noise/);
    assert.doesNotMatch(compared.stdout, /worse|better|differ/);
    const again = await commandLine(['bench', 'report', raw, '--output', path.join(out, 'again')]);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(
      readFileSync(path.join(out, 'again.html'), 'utf8'),
      readFileSync(raw.replace('.json', '.html'), 'utf8'),
    );
  });

  it('measures small calls beside those of node:wasi', async () => {
    const out = path.join(folder, 'calls');
    const names = [
      ...['instance-call-in-process', 'instance-call-in-process-many'],
      ...['instance-call-worker-process-many', 'instance-call-node-wasi'],
      ...['host-call-in-process', 'host-call-node-wasi'],
    ];
    const { stdout, stderr, exitCode } = await commandLine([
      ...['bench', '--quick', '--only', names.join(','), '--output', out],
      ...[...withModel, file('red.jpg')],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Kept instance: 1,000 calls/);
    assert.match(stdout, /Host functions: 1,000 calls/);
    const [results = ''] = readdirSync(out).filter((name) => name.endsWith('.summary.json'));
    const { contenders } = JSON.parse(readFileSync(path.join(out, results), 'utf8')) as Summary;
    assert.deepEqual(
      contenders.map(({ name }) => name),
      names,
    );
    for (const { latency, throughput, memory, coldStart } of contenders) {
      assert.ok(latency && latency.samples > 0);
      assert.deepEqual([throughput, memory, coldStart], [undefined, undefined, undefined]);
    }
  });

  it('measures kernels that compute, beside V8 and native code', async () => {
    const out = path.join(folder, 'compute');
    const names = ['in-process', 'node-wasi', 'native'].map((where) => `compute-sha256-${where}`);
    const { stdout, stderr, exitCode } = await commandLine([
      ...['bench', '--quick', '--only', names.join(','), '--output', out],
      ...[...withModel, file('red.jpg')],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Compute: seven kernels/);
    const [results = ''] = readdirSync(out).filter((name) => name.endsWith('.summary.json'));
    const { contenders } = JSON.parse(readFileSync(path.join(out, results), 'utf8')) as Summary;
    for (const { name, skipped, latency, throughput, coldStart } of contenders) {
      if (skipped !== undefined) {
        assert.match(skipped, /could not be built, which requires cargo/);
        continue;
      }
      assert.ok(names.includes(name));
      assert.ok(latency && latency.samples > 0, name);
      assert.equal(throughput, undefined);
      assert.ok(coldStart && coldStart.totalMs.value > 0);
    }
  });

  it('measures streams beside node:wasi with pipes, and large modules', async () => {
    const out = path.join(folder, 'streams');
    const names = [
      ...['stream-in-process', 'stream-worker-process', 'stream-node-wasi'],
      ...['big-module-background', 'big-module-off', 'big-module-node-wasi'],
    ];
    const { stdout, stderr, exitCode } = await commandLine([
      ...['bench', '--quick', '--only', names.join(','), '--output', out],
      ...[...withModel, file('red.jpg')],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Streams: 256 MiB/);
    assert.match(stdout, /Large module, not yet compiled/);
    const [results = ''] = readdirSync(out).filter((name) => name.endsWith('.summary.json'));
    const { contenders } = JSON.parse(readFileSync(path.join(out, results), 'utf8')) as Summary;
    for (const { latency, throughput, memory, coldStart } of contenders) {
      assert.ok(latency && latency.samples > 0);
      assert.deepEqual([throughput, memory, coldStart], [undefined, undefined, undefined]);
    }
  });

  it('calls guests that are what their text says', async () => {
    assert.deepEqual(STREAM_GUEST, await assemble(STREAM_GUEST_TEXT));
    for (const kind of ['instance-call', 'host-call'] as const) {
      assert.deepEqual(GUESTS[kind], await assemble(GUEST_TEXTS[kind]));
    }
    assert.deepEqual(SNAPSHOT_GUEST, await assemble(SNAPSHOT_GUEST_TEXT));
  });

  it('says which contenders there are when one is not known', async () => {
    const { stderr, exitCode } = await commandLine(['bench', '--only', 'nobody']);
    assert.equal(exitCode, 1);
    assert.match(stderr, /Unknown: nobody\. Expected classification, .*in-process/);
  });

  it('refuses pictures that are none, and models without labels', async () => {
    const text = await commandLine(['bench', '--quick', ...withModel, file('text.jpg')]);
    assert.equal(text.exitCode, 1);
    assert.match(text.stderr, /ERR_INVALID_ARGUMENT: .*text\.jpg is not a JPEG picture/);
    const unlabelled = await commandLine(['bench', '--model', file('colours.tflite'), 'a.jpg']);
    assert.equal(unlabelled.exitCode, 1);
    assert.match(unlabelled.stderr, /--labels/);
  });

  it('asks for pictures where there are none', async () => {
    const { stderr, exitCode } = await commandLine(['bench', '--quick'], {
      WASMEDGE_EMBED_DATA: folder,
      WASMEDGE_EMBED_CACHE: cacheWithoutModels(),
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /specify JPEG files/);
  });

  it('tells what failed and ends with exit code 1', async () => {
    const { stderr, exitCode } = await commandLine([
      ...['bench', '--quick', '--only', 'in-process', '--output', path.join(folder, 'failed')],
      ...['--model', file('red.jpg'), '--labels', file('colours.labels.txt'), file('red.jpg')],
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /ERR_MODEL/);
  });

  it('refuses to compare what it did not write', async () => {
    const { stderr, exitCode } = await commandLine(['bench', 'compare', file('red.jpg'), 'b.json']);
    assert.equal(exitCode, 1);
    assert.match(stderr, /ERR_INVALID_ARGUMENT: Cannot read/);
  });
});
