import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { parallel } from '../../scripts/setup/addon.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { outcomeOf, run } from '../../scripts/setup/processes.mjs';
import { duration } from '../../scripts/setup/progress.mjs';
import { groupsOf } from './groups.mjs';
import { table } from './report.mjs';
import { sideBySide } from './side-by-side.mjs';

/** More than the number of processors: tests wait for timers and for processes that they start. */
const mochaProcesses = Math.ceil(1.5 * parallel);
/** Few enough that processes end at about the same time, many enough that starting them costs little. */
const filesInProcess = 8;
/** How many of the slowest files are named at the end. */
const namedFiles = 20;
/**
 * Mocha tells the end of each test, which has a limit of at most five minutes. A process that says nothing for longer
 * blocks its event loop, or has left something open after its tests, for which Mocha waits: no limit ends that.
 */
const longestSilenceMs = 6 * 60_000;
/** Mocha's exit code is the number of failed tests, at most this. */
const mostFailuresInExitCode = 255;
const partsFolder = path.join(setupFolder, 'mocha');

/**
 * Arguments with which node runs mocha according to its configuration, but without the extra process that mocha would
 * start to apply Node's options.
 *
 * @param {object} configuration the contents of `.mocharc.json`
 * @throws {Error} for an unknown key, which would otherwise apply to `npx mocha` only
 */
export function mochaArguments({
  'node-option': nodeOptions,
  require,
  timeout,
  forbidOnly,
  ...others
}) {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new Error(`'${unknown}' of .mocharc.json is not known to npm test.`);
  return [
    ...nodeOptions.map((option) => `--${option}`),
    ...[path.join(root, 'node_modules/mocha/bin/mocha.js'), '--no-config', '--no-package'],
    ...['--timeout', String(timeout)],
    ...(forbidOnly ? ['--forbid-only'] : []),
    ...require.flatMap((file) => ['--require', file]),
  ];
}

/**
 * Runs test files with mocha, in several processes at once. The output of each is shown when it
 * ends, and a list of all failures at the end.
 *
 * @param {string[]} files
 * @param {object} options
 * @param {string} options.counts the file for the results (`Counts` of counts.mjs)
 * @param {string[]} [options.args] further arguments for mocha
 * @param {Record<string, string>} [options.env]
 * @returns {Promise<number>} the exit code
 */
export async function runMocha(files, { counts, args = [], env }) {
  const started = performance.now();
  rmSync(partsFolder, { recursive: true, force: true });
  rmSync(counts, { force: true });
  const parts = [];
  await sideBySide(groupsOf(files, filesInProcess), mochaProcesses, async (group, index) => {
    const part = await runGroup(group, path.join(partsFolder, `${index}.json`), { args, env });
    if (part.output !== '') console.log(part.output);
    parts.push(part);
  });
  const total = {
    passed: sum(parts, ({ passed }) => passed),
    failed: sum(parts, ({ failed }) => failed),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
  console.log(summary(total, parts, performance.now() - started));
  mkdirSync(path.dirname(counts), { recursive: true });
  writeFileSync(counts, JSON.stringify(total));
  return total.failed === 0 ? 0 : 1;
}

/** Runs some files in a separate process; if it ends in a way that mocha does not, that is a failure. */
async function runGroup(files, counts, { args, env }) {
  const reporter = path.join(root, 'test/runner/mocha-reporter.mjs');
  const options = [
    ...['--reporter', reporter],
    ...['--reporter-option', `output=${counts}`, '--reporter-option', 'part=true'],
  ];
  const configuration = JSON.parse(readFileSync(path.join(root, '.mocharc.json'), 'utf8'));
  const command = [...mochaArguments(configuration), ...options, ...args, ...files];
  const result = await runUnlessSilent(longestSilenceMs, process.execPath, command, {
    // Which takes long to read: see test/support/cache.ts.
    ...{ cwd: root, env: { NODE_EXTRA_CA_CERTS: undefined, ...env } },
  });
  return partOf(files, result, read(counts));
}

/**
 * Runs a program, which is killed when it has written nothing for as long as this.
 *
 * @param {number} silenceMs
 * @param {Parameters<typeof run>} program
 */
export async function runUnlessSilent(silenceMs, ...[command, args, options]) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), silenceMs);
  try {
    const { signal } = controller;
    return await run(command, args, { ...options, signal, onOutput: () => timer.refresh() });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The results of some files.
 *
 * @param {string[]} files
 * @param {Awaited<ReturnType<typeof run>>} result of the process
 * @param {object} [told] the reporter's report, written after all tests
 */
export function partOf(files, result, told) {
  const part = { passed: 0, failed: 0, skipped: [], failures: [], times: {}, ...told };
  const isSilent = told && part.passed + part.failed + part.skipped.length === 0;
  const output = isSilent && result.code === 0 ? '' : result.output.trimEnd();
  const isWhole = told && result.code === Math.min(part.failed, mostFailuresInExitCode);
  if (isWhole) return { ...part, output };
  const names = files.map((file) => path.basename(file)).join(', ');
  const when = told ? '' : ' before its tests did';
  const failure = `The process of ${names} ${outcomeOf(result)}${when}`;
  return {
    ...part,
    failed: part.failed + 1,
    failures: [...part.failures, failure],
    output: `${output}\n\n${failure}.`,
  };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function summary({ passed, failed, skipped }, parts, milliseconds) {
  const failures = parts.flatMap((part) => part.failures);
  return [
    '',
    ...longestOf(parts),
    '',
    `  ${passed} passing (${duration(milliseconds)})`,
    ...(skipped.length > 0 ? [`  ${skipped.length} pending`] : []),
    ...(failed > 0 ? [`  ${failed} failing`] : []),
    ...failures.map((failure) => `    ${failure}`),
    '',
  ].join('\n');
}

/** A table of the slowest files; processor time includes that of the processes that they started. */
function longestOf(parts) {
  const files = parts.flatMap(({ times }) => Object.entries(times));
  const rows = files
    .sort(([, one], [, other]) => other.seconds - one.seconds)
    .slice(0, namedFiles)
    .map(([name, { seconds, cpuSeconds }]) => [
      ...[name, '', seconds.toFixed(1), cpuSeconds.toFixed(1)],
    ]);
  return table([['file', '', 'seconds', 'of a processor'], ...rows]).map((line) => `  ${line}`);
}

function sum(parts, value) {
  return parts.reduce((total, part) => total + value(part), 0);
}
