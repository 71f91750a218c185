import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { processorFeatures } from '../support/platform.js';

import { root } from './places.js';

/** The machine and its software. */
export interface Environment {
  processor: string;
  architecture: string;
  /** Processors available to this process. */
  processors: number;
  /** The vector extensions that determine the kernels. */
  features: string[];
  memoryBytes: number;
  virtual: boolean;
  distribution: string;
  kernel: string;
  node: string;
  package: string;
  /** Of the repository, with "+" if files have been changed; absent in a package. */
  commit?: string;
  /** Average number of runnable processes in the minute before the run. */
  loadBefore: number;
}

const FEATURES = [
  ...['sse4_2', 'avx', 'avx2', 'fma', 'avx_vnni', 'avx512f', 'avx512bw', 'avx512_vnni'],
  ...['amx_int8', 'asimd', 'asimddp', 'i8mm', 'sve', 'sve2'],
];

export async function describeEnvironment(): Promise<Environment> {
  const flags = new Set(processorFeatures());
  const { version } = JSON.parse(text(path.join(root, 'package.json'))) as { version: string };
  const commit = await describeCommit();
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    architecture: arch(),
    processors: availableParallelism(),
    features: FEATURES.filter((feature) => flags.has(feature)),
    memoryBytes: totalmem(),
    virtual: flags.has('hypervisor'),
    distribution: /^PRETTY_NAME="?([^"\n]*)/m.exec(text('/etc/os-release'))?.[1] ?? 'unknown',
    kernel: release(),
    node: process.version,
    package: version,
    ...(commit !== undefined && { commit }),
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** How the processors have spent their time since the machine started, in seconds. */
export interface ProcessorTimes {
  total: number;
  busy: number;
  stolen: number;
}

/** From /proc/stat. */
export function processorTimes(): ProcessorTimes {
  const [line = ''] = text('/proc/stat').split('\n');
  // user nice system idle iowait irq softirq steal, in ticks of ten milliseconds
  const times = line
    .split(/\s+/)
    .slice(1, 9)
    .map((ticks) => Number(ticks) / 100);
  const total = times.reduce((sum, time) => sum + time, 0);
  const [, , , idle = 0, waiting = 0, , , stolen = 0] = times;
  return { total, busy: total - idle - waiting - stolen, stolen };
}

async function describeCommit(): Promise<string | undefined> {
  try {
    const run = promisify(execFile);
    const { stdout } = await run('git', ['describe', '--always', '--dirty=+', '--exclude=*'], {
      cwd: root,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
