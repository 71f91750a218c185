import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import {
  benchResults,
  compareResults,
  contender,
  differences,
  html,
  judgeGoals,
  markdown,
  readResults,
  rounds,
  summarize,
} from './support/bench.js';
import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';

const results = benchResults([
  contender('in-process', 4),
  contender('original', 48, { group: 'original', labels: ['cat', null] }),
  contender('sharp-onnxruntime', 8, { group: 'peer', labels: ['cat', 'wolf'] }),
  contender('echo-in-process', 0.06, { workload: 'trivial' }),
  contender('echo-original', 20, { workload: 'trivial' }),
  {
    ...contender('native', 1),
    skipped: 'There is no <compiler> here.',
  },
]);

describe('Benchmark reports', () => {
  it('judge the goals by the contenders that took part', () => {
    const goals = judgeGoals(results);
    const of = (start: string) => goals.find(({ title }) => title.startsWith(start));
    assert.ok(Math.abs(of('Original’s way')!.estimate.value - 12) < 1e-9);
    assert.equal(of('Original’s way')!.met, true);
    assert.equal(of('Trivial guest')!.met, true);
    assert.equal(of('In-process / sharp')!.met, true);
    assert.equal(of('Cold start')!.met, true);
    assert.equal(of('sharp + LiteRT.js'), undefined);
    assert.equal(of('Resident memory over 5,000 classifications')?.estimate.value, 0.03);
    assert.equal(of('Resident memory over 5,000 classifications')?.met, false);
  });

  it('summarize without raw samples', () => {
    const summary = summarize(results);
    const [ours] = summary.contenders;
    assert.equal(ours?.latency?.samples, 1000);
    assert.equal(ours.installedBytes, 11e6);
    assert.equal(ours.memory?.slope, 3e6);
    assert.equal(ours.endurance?.deviation, 0.03);
    assert.ok(JSON.stringify(summary).length < 60_000);
    assert.deepEqual(
      summary.contenders.slice(0, 3).map(({ agreement }) => agreement),
      [
        { alike: 2, of: 2 },
        { alike: 1, of: 1 },
        { alike: 1, of: 2 },
      ],
    );
    assert.deepEqual(summary.contenders.at(-1)?.skipped, 'There is no <compiler> here.');
    assert.equal(summary.contenders.at(-1)?.latency, undefined);
  });

  it('write Markdown with every contender and the price’s date', () => {
    const text = markdown(summarize(results));
    for (const { title } of results.contenders) assert.ok(text.includes(title), title);
    assert.match(text, /a price list, 2025-08/);
    assert.match(text, /Skipped: There is no <compiler> here\./);
    assert.match(text, /The machine was quiet\./);
    assert.match(text, /```mermaid\npie showData\n {2}title .*: 4\.\d+ ms in the mean\n {2}"guest/);
    assert.match(text, /```mermaid\ngantt\n(.*\n)+ {2}Node\.js \(44\.0\) :0, 44\n {2}first run/);
    // Every table is complete: all rows have the same number of cells.
    for (const table of text.split('\n\n').filter((block) => block.startsWith('|'))) {
      const widths = new Set(table.split('\n').map((line) => line.split('|').length));
      assert.equal(widths.size, 1, table);
    }
  });

  it('say when the machine was not the benchmark’s own', () => {
    const busy = { ...results, disturbance: { others: 0.4, stolen: 0 } };
    assert.match(markdown(summarize(busy)), /not quiet/);
  });

  it('write one page that asks for nothing else and escapes what it is given', () => {
    const page = html(summarize(results));
    assert.doesNotMatch(page, /<(script|link|img)[^>]+(src|href)=/);
    assert.doesNotMatch(page, /sourceMappingURL/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
    assert.match(page, /The &lt;in-process&gt; contender/);
    assert.doesNotMatch(page, /<in-process>|<compiler>/);
  });

  it('compare two runs and tell noise from change', () => {
    const change = (factor: number): ReturnType<typeof benchResults> => {
      const changed = contender('in-process', 4);
      const latencies = rounds(4 * factor, { seed: 99 });
      return benchResults([
        { ...changed, latency: { ...changed.latency!, rounds: latencies } },
        contender('other', 1),
      ]);
    };
    const verdict = (factor: number): string | undefined =>
      compareResults(results, change(factor)).find(({ figure }) => figure.includes('p50'))?.verdict;
    assert.equal(verdict(1), 'noise');
    assert.equal(verdict(1.1), 'worse');
    assert.equal(verdict(0.9), 'better');
    assert.ok(
      compareResults(results, change(1)).every(({ contender: of }) => !of.includes('other')),
    );
  });

  it('know that more throughput is better', () => {
    const faster = benchResults([contender('in-process', 2)]);
    const all = compareResults(results, faster);
    assert.deepEqual([...new Set(all.map(({ verdict }) => verdict))], ['better']);
    assert.ok(all.some(({ figure }) => figure.startsWith('throughput')));
  });

  it('say in what else two runs differ', () => {
    const other = benchResults([]);
    assert.deepEqual(differences(results, other), []);
    other.environment.node = 'v26.0.0';
    assert.deepEqual(differences(results, other), ['Node.js']);
  });

  it('read results files, and nothing else', async () => {
    const folder = folderWith({ 'other.json': '{"format":"another"}', 'broken.json': '{' });
    const file = path.join(folder, 'run.json');
    writeFileSync(file, JSON.stringify(results));
    assert.deepEqual(await readResults(file), results);
    for (const name of ['other.json', 'broken.json', 'missing.json']) {
      await fails('ERR_INVALID_ARGUMENT', readResults(path.join(folder, name)));
    }
  });
});
