import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { root } from '../../../scripts/setup/paths.mjs';
import { outcomeOf } from '../../../scripts/setup/processes.mjs';
import { canaryFile } from './build.mjs';

const script = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * A step, a compilation or a call, that takes longer is a finding. Processor time, because machines
 * are busy.
 */
const stepCpuSeconds = 90;
const stepSeconds = 900;
const residentBytes = 3 * 2 ** 30;
const ticksPerSecond = 100;
const pageBytes = 4096;

/**
 * How a process that runs modules ended.
 *
 * @typedef {object} End
 * @property {string} [failure] in words, unless it did all
 * @property {string} at what it was at then
 * @property {number} cpuSeconds
 */

/**
 * Runs modules in a separate process.
 *
 * @param {object} order
 * @param {string[]} order.files
 * @param {number} order.from the call of the first one to begin with
 * @param {number} order.singles how many calls from there on are made one after the other
 * @param {object} order.options of the compiler
 * @param {string} order.work a folder
 * @param {(line: object, words: string) => void} onLine takes also what was written to the standard error since the line before
 * @returns {Promise<End>}
 */
export function runModules(order, onLine) {
  const progress = path.join(order.work, 'progress');
  writeFileSync(progress, '');
  const args = ['--expose-gc', script, JSON.stringify({ ...order, progress })];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LD_PRELOAD: canaryFile,
      // Makes memory different each time it is used after free, or before it is initialized.
      GLIBC_TUNABLES: 'glibc.malloc.perturb=165',
    },
  });
  const kill = () => child.kill('SIGKILL');
  // Also if this process ends.
  process.once('exit', kill);
  let words = '';
  let rest = '';
  let failure;
  let cpuSeconds = 0;
  child.stderr.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-2000);
  });
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      onLine(JSON.parse(line), words);
      words = '';
    }
  });
  let step = { at: '', since: Date.now(), cpu: 0 };
  const watch = setInterval(() => {
    const usage = usageOf(child.pid);
    if (usage === undefined) return;
    cpuSeconds = usage.cpuSeconds;
    const at = readFileSync(progress, 'utf8');
    if (at !== step.at) step = { at, since: Date.now(), cpu: cpuSeconds };
    if (usage.resident > residentBytes) {
      failure = `It takes ${Math.round(usage.resident / 2 ** 20)} MiB of memory.`;
    } else if (cpuSeconds - step.cpu > stepCpuSeconds) {
      failure = `It takes more than ${stepCpuSeconds} s of the processor's time.`;
    } else if (Date.now() - step.since > stepSeconds * 1000) {
      failure = `It does not end within ${stepSeconds} s.`;
    }
    if (failure !== undefined) kill();
  }, 250);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      process.off('exit', kill);
      const at = readFileSync(progress, 'utf8').trim();
      if (code !== 0) failure ??= `The process ${outcomeOf({ code, signal })}. ${words.trim()}`;
      resolve({ failure, at, cpuSeconds });
    });
  });
}

/** Undefined if it has ended. */
function usageOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    const [, resident] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuSeconds: ticks / ticksPerSecond, resident: resident * pageBytes };
  } catch {
    return undefined;
  }
}
