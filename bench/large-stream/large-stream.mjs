import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { ProgressLine } from '../../scripts/setup/progress.mjs';
import { table } from '../../test/runner/report.mjs';

const help = `Sends gigabytes through a guest that copies, and tells how much resident memory grows meanwhile.

Usage: npm run bench:stream -- [--gigabytes N]

      --gigabytes  of 10^9 bytes, in each isolation (10)
  -h, --help       this text

Resident memory is that of this process and all that it started. The exit code is 1 when it grew by more than
64 MiB, or when bytes were lost. The repository is to be set up (npm run quickstart).
`;

const pieceBytes = 64 * 1024;
const mostGrowth = 64 * 2 ** 20;
const sampleEveryMs = 500;
/** Before the first sample: buffers are allocated, and code is loaded and optimized. */
const warmUpBytes = 64 * 2 ** 20;

async function main({ gigabytes }) {
  const load = createRequire(import.meta.url);
  const { loadModule } = load(path.join(root, 'dist/index.js'));
  const { STREAM_GUEST } = load(path.join(root, 'dist/bench/contenders/stream-guest.js'));
  const { residentBytes } = load(path.join(root, 'dist/bench/process-tree.js'));
  const rows = [['isolation', 'bytes', 'MB/s', 'resident before, MiB', 'growth, MiB']];
  let isBad = false;
  for (const isolation of ['in-process', 'worker-process', 'subprocess']) {
    const module = await loadModule(STREAM_GUEST, { name: 'copy.wasm', isolation, concurrency: 1 });
    await copy(module, warmUpBytes);
    globalThis.gc?.();
    const before = residentBytes(process.pid);
    let most = before;
    const sampling = setInterval(() => {
      most = Math.max(most, residentBytes(process.pid));
    }, sampleEveryMs);
    const bytes = gigabytes * 1e9;
    const begin = performance.now();
    const progress = new ProgressLine(isolation);
    const taken = await copy(module, bytes, (done) => {
      progress.show(`${(done / 1e9).toFixed(1)} GB`);
    });
    progress.end('done');
    const seconds = (performance.now() - begin) / 1000;
    clearInterval(sampling);
    await module.close();
    const growth = most - before;
    isBad ||= taken !== bytes || growth > mostGrowth;
    rows.push([
      isolation,
      taken.toLocaleString('en'),
      (taken / 1e6 / seconds).toFixed(0),
      (before / 2 ** 20).toFixed(0),
      (growth / 2 ** 20).toFixed(1),
    ]);
  }
  console.log(table(rows).join('\n'));
  return isBad ? 1 : 0;
}

/** Returns the number of bytes that came out. */
async function copy(module, bytes, onProgress = () => undefined) {
  const piece = Buffer.alloc(pieceBytes, 'a stream ');
  let left = bytes;
  const stdin = new Readable({
    highWaterMark: pieceBytes,
    read() {
      const size = Math.min(left, pieceBytes);
      left -= size;
      this.push(size > 0 ? piece.subarray(0, size) : null);
    },
  });
  let taken = 0;
  const stdout = new Writable({
    write(chunk, _, done) {
      taken += chunk.length;
      onProgress(taken);
      done();
    },
  });
  await module.run({ stdin, stdout });
  return taken;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      gigabytes: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const gigabytes = Number(values.gigabytes);
  if (!(gigabytes > 0 && Number.isSafeInteger(gigabytes * 1e9))) {
    throw new Error(`--gigabytes takes a number above 0, not '${values.gigabytes}'.`);
  }
  return { gigabytes, help: values.help };
}

await runCommand(help, readOptions, main);
