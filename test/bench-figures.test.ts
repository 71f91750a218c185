import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import {
  KERNELS,
  bytesOf,
  cpuSeconds,
  dependencyFolders,
  dollarsPerMillion,
  estimate,
  geometricMean,
  histogram,
  jpegSize,
  nameOf,
  number,
  processTree,
  residentBytes,
  withLibraries,
} from './support/bench.js';
import { jpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';

const price = {
  gigabyteSecond: 0.00002,
  millionRequests: 0.2,
  source: 'a price list',
  date: '2025-08',
  coldShare: 0,
};
const invocation = { latencyMs: 10, cpuMs: 10, coldStartMs: 100, residentBytes: 100e6 };

describe('Benchmark figures', () => {
  it('compute the cost of a million invocations', () => {
    // 10 ms at 1.769 GB, plus the price of requests.
    const whole = dollarsPerMillion(invocation, 1769, price);
    assert.ok(Math.abs((whole ?? 0) - (10_000 * (1769 / 1024) * 0.00002 + 0.2)) < 1e-9);
    // Half a processor takes twice as long and costs the same.
    const half = dollarsPerMillion(invocation, 884.5, price);
    assert.ok(Math.abs((half ?? 0) - (whole ?? 0)) < 1e-9);
    // More than one processor does not make one thread faster.
    assert.ok((dollarsPerMillion(invocation, 3538, price) ?? 0) > 1.5 * (whole ?? 0));
  });

  it('bill whole milliseconds, waiting at its own length, and cold starts in their share', () => {
    const cost = (more: object, cold = 0): number =>
      dollarsPerMillion({ ...invocation, ...more }, 1769, { ...price, coldShare: cold }) ?? 0;
    assert.equal(cost({ latencyMs: 9.1, cpuMs: 9.1 }), cost({}));
    assert.ok(cost({}, 0.01) > cost({}));
    const waiting = dollarsPerMillion({ ...invocation, cpuMs: 5 }, 884.5, price) ?? 0;
    assert.ok(waiting < (dollarsPerMillion(invocation, 884.5, price) ?? 0));
  });

  it('know what does not fit', () => {
    assert.equal(dollarsPerMillion({ ...invocation, residentBytes: 200e6 }, 128, price), null);
  });

  it('take the geometric mean of the kernels, where all took part', () => {
    const medians = new Map(
      KERNELS.flatMap((kernel, index): [string, number][] => [
        [nameOf(kernel, 'in-process'), index < 2 ? 2 : 1],
        [nameOf(kernel, 'native'), 1],
      ]),
    );
    const mean = geometricMean('native', (name) => medians.get(name)) ?? 0;
    assert.ok(Math.abs(mean - 2 ** (2 / 7)) < 1e-12);
    assert.equal(
      geometricMean('node-wasi', (name) => medians.get(name)),
      null,
    );
  });

  it('count samples into bins of equal width on a logarithmic scale', () => {
    const { start, factor, counts } = histogram([1, 1.01, 10, 99.9]);
    assert.ok(Math.abs(factor ** 25 - 10) < 1e-9);
    assert.ok(Math.abs(start - 1) < 1e-9);
    assert.equal(counts[0], 2);
    assert.equal(counts[25], 1);
    assert.equal(counts.at(-1), 1);
    assert.equal(counts.length, 50);
    assert.deepEqual(histogram([]).counts, []);
  });

  it('read the size of a JPEG', () => {
    const block = (): number[] => [10, 20, 30];
    const size = { width: 37, height: 21 };
    assert.deepEqual(jpegSize(jpeg({ ...size, block })), size);
    assert.deepEqual(jpegSize(jpeg({ ...size, block, progressive: true, orientation: 6 })), size);
    for (const bytes of ['', 'no picture', '\xff\xd8\xff', '\xff\xd8\xff\xe0\xff\xff']) {
      assert.equal(jpegSize(Buffer.from(bytes, 'latin1')), undefined);
    }
  });

  it('show three significant digits', () => {
    assert.deepEqual([0, 0.05432, 6.018, 148.4, 12_345, NaN].map(number), [
      '0.00',
      '0.0543',
      '6.02',
      '148',
      '12,345',
      '—',
    ]);
    assert.equal(estimate({ value: 2, low: 1.5, high: null }), '2.00 (1.50 – …)');
    assert.equal(estimate({ value: 2, low: null, high: null }), '2.00');
  });

  it('follow a process to its children: time, memory, and what has ended', async () => {
    const program = `
      const { spawn, spawnSync } = require('node:child_process');
      const busy = "const end = process.cpuUsage().user + 4e5; while (process.cpuUsage().user < end);";
      spawnSync(process.execPath, ['-e', busy]);
      const child = spawn(process.execPath, ['-e', 'Buffer.alloc(64 << 20, 1); setInterval(() => {}, 1e6); console.log(1)'], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => console.log(child.pid));
      process.stdin.resume().on('end', () => { child.kill(); process.exit(); });
    `;
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(said.toString());
    assert.deepEqual(processTree(parent.pid!), [parent.pid, child]);
    // Time used by a child that has exited counts.
    assert.ok(cpuSeconds(parent.pid!) >= 0.4);
    const [both, one] = [residentBytes(parent.pid!), residentBytes(child)];
    assert.ok(both > one, `${both} ${one}`);
    // Pages of the program are shared by both and count once.
    assert.ok(both < one + residentBytes(process.pid), `${both} ${one}`);
    parent.stdin.end();
    await once(parent, 'exit');
    assert.deepEqual([cpuSeconds(parent.pid!), residentBytes(parent.pid!)], [0, 0]);
  });

  it('add up what is on the disk', () => {
    const folder = folderWith({ a: 'one', 'b/c': 'three' });
    assert.equal(bytesOf(folder), 8);
    assert.equal(bytesOf(path.join(folder, 'a'), path.join(folder, 'missing')), 3);
  });

  it('find a package’s dependencies and theirs, and a program’s libraries', () => {
    const names = dependencyFolders(ROOT).map((folder) => path.basename(folder));
    // cli-table3 is ours, string-width its own; mocha is for development.
    for (const name of ['commander', 'cli-table3', 'string-width']) assert.ok(names.includes(name));
    assert.ok(!names.includes('mocha'));
    const libraries = withLibraries(process.execPath);
    assert.ok(libraries.some((file) => file.endsWith('node')));
    assert.ok(!libraries.some((file) => file.includes('libc.so')));
  });
});
