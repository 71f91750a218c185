import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { parallel } from '../../scripts/setup/addon.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { outcomeOf, run } from '../../scripts/setup/processes.mjs';
import { duration } from '../../scripts/setup/progress.mjs';
import { sideBySide } from '../../scripts/setup/side-by-side.mjs';
import { groupsOf } from './groups.mjs';
import { table } from './report.mjs';

/** More than there are processors: tests wait for timers and for processes that they start. */
const mochaProcesses = Math.ceil(1.5 * parallel);
/** Few, so that no process is the last for long; many, so that starting them costs little. */
const filesInProcess = 4;
/** How many of the files that take longest are named at the end. */
const namedFiles = 20;
/** What stays longer has left something open: Mocha waits for it, whatever its tests' own limits. */
const longestMs = 10 * 60_000;
/** Mocha's exit code is how many tests failed, up to this. */
const mostFailuresInExitCode = 255;
const partsFolder = path.join(setupFolder, 'mocha');

/**
 * Arguments of Node that run mocha as its configuration has it, but without the process that mocha would start for the
 * sake of Node's options.
 *
 * @param {object} configuration of `.mocharc.json`
 * @throws {Error} for a key that is not known here, so that it does not hold for `npx mocha` alone
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
 * Runs test files by mocha, in several processes at once. What each says is shown when it ends,
 * and what failed once more at the end.
 *
 * @param {string[]} files
 * @param {object} options
 * @param {string} options.counts the file that is to have the counts (`Counts` of counts.mjs)
 * @param {string[]} [options.args] further ones of mocha's
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

/** What came of some files in a process of their own; one that ends in another way than mocha's is a failure. */
async function runGroup(files, counts, { args, env }) {
  const reporter = path.join(root, 'test/runner/mocha-reporter.mjs');
  const options = [
    ...['--reporter', reporter],
    ...['--reporter-option', `output=${counts}`, '--reporter-option', 'part=true'],
  ];
  const configuration = JSON.parse(readFileSync(path.join(root, '.mocharc.json'), 'utf8'));
  const command = [...mochaArguments(configuration), ...options, ...args, ...files];
  const result = await run(process.execPath, command, {
    ...{ cwd: root, env },
    timeoutMs: longestMs,
  });
  return partOf(files, result, read(counts));
}

/**
 * What came of some files.
 *
 * @param {string[]} files
 * @param {Awaited<ReturnType<typeof run>>} result of the process
 * @param {object} [told] by the reporter, at the end of all tests
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

/** A table of the files that took longest; processor time is with that of the processes that they started. */
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
