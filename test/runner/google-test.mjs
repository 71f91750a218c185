import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

import { CommandFailure } from '../../scripts/setup/failure.mjs';
import { outcomeOf, run } from '../../scripts/setup/processes.mjs';

/**
 * A test case of a GoogleTest program.
 *
 * @typedef {object} Case
 * @property {string} name its name in ctest
 * @property {string} filter its name in GoogleTest
 * @property {number} timeoutMs
 *
 * Its result.
 *
 * @typedef {object} Result
 * @property {Case} case
 * @property {'passed' | 'failed' | 'skipped'} result
 * @property {string} [reason] why it was skipped
 * @property {string} [output] if it failed
 */

const outputLimit = 1 << 20;

/**
 * Runs cases one after the other in one process, and those that it did not reach in further ones. The results are as
 * precise as with a process for each case: a case that ends the process or takes too long is named, and so is one that
 * a sanitizer reports only when the process ends.
 *
 * @param {string} program
 * @param {Case[]} cases
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<Result[]>} one for each case
 */
export async function runCases(program, cases, options = {}) {
  const results = [];
  let remaining = cases;
  while (remaining.length > 0) {
    const told = await runOnce(program, remaining, options);
    results.push(...told.results);
    const known = new Set(told.results.map((result) => result.case));
    remaining = remaining.filter((each) => !known.has(each));
  }
  return results;
}

/** The results that are known after one process: at least one. */
async function runOnce(program, cases, { cwd }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-native-'));
  const report = path.join(folder, 'report.json');
  try {
    const ended = await watched(program, cases, report, cwd);
    const told = readReport(report);
    if (told === undefined) return { results: resultsUntilTheEnd(cases, ended) };
    const results = cases.map((each) => resultOf(each, told.get(each.filter), ended.output));
    const hasFailed = results.some(({ result }) => result === 'failed');
    if (hasFailed || (ended.code === 0 && ended.signal === null)) return { results };
    // All cases passed, but the process failed: one of them has caused a leak or a race.
    if (cases.length === 1) {
      return { results: [{ case: cases[0], result: 'failed', output: describe(ended) }] };
    }
    const alone = [];
    for (const each of cases) alone.push(...(await runOnce(program, [each], { cwd })).results);
    if (alone.some(({ result }) => result === 'failed')) return { results: alone };
    const [first, ...others] = alone;
    const output = `It and ${others.length} others, together in one process:\n${describe(ended)}`;
    return { results: [{ ...first, result: 'failed', output }, ...others] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the process; if a case takes too long, it is killed together with its children. */
async function watched(program, cases, report, cwd) {
  const filter = cases.map((each) => each.filter).join(':');
  const args = [`--gtest_filter=${filter}`, `--gtest_output=json:${report}`];
  const controller = new AbortController();
  let said = '';
  let timer;
  const wait = () => {
    clearTimeout(timer);
    const running = startedIn(said).at(-1);
    const { timeoutMs } = cases.find((each) => each.filter === running) ?? cases[0];
    timer = setTimeout(() => controller.abort(), timeoutMs);
  };
  wait();
  try {
    const result = await run(program, [...args, '--gtest_also_run_disabled_tests'], {
      ...{ cwd, signal: controller.signal },
      onOutput: (text) => {
        said += text;
        if (text.includes('[ RUN ')) wait();
      },
    });
    return { ...result, tooLong: controller.signal.aborted };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: null, signal: null, output: error.message, tooLong: false };
  } finally {
    clearTimeout(timer);
  }
}

function startedIn(output) {
  return [...output.matchAll(/\[ RUN {6}\] (\S+)/g)].map(([, name]) => name);
}

/** The cases in the report, which a process writes at its end. */
function readReport(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  const suites = JSON.parse(text).testsuites;
  return new Map(
    suites.flatMap(({ testsuite }) =>
      testsuite.map((each) => [`${each.classname}.${each.name}`, each]),
    ),
  );
}

function resultOf(each, told, output) {
  if (told?.failures) return { case: each, result: 'failed', output: partOf(output, each.filter) };
  if (told?.result === 'SKIPPED') {
    const reason = told.skipped?.[0]?.message?.split('\n').at(-1);
    return { case: each, result: 'skipped', ...(reason && { reason }) };
  }
  if (told?.result === 'COMPLETED') return { case: each, result: 'passed' };
  return { case: each, result: 'failed', output: 'The program does not run it.' };
}

/**
 * The results of a process that ended early: the case that was running, and those that had failed. The others run
 * again, because a sanitizer has not reported on them yet.
 */
function resultsUntilTheEnd(cases, ended) {
  const started = startedIn(ended.output);
  const last = started.at(-1) ?? cases[0].filter;
  return cases.flatMap((each) => {
    const part = partOf(ended.output, each.filter);
    if (each.filter === last) {
      const output = started.length > 0 ? part : ended.output;
      return [{ case: each, result: 'failed', output: describe({ ...ended, output }) }];
    }
    const hasFailed = started.includes(each.filter) && part.includes('[  FAILED  ]');
    return hasFailed ? [{ case: each, result: 'failed', output: part }] : [];
  });
}

/** The output of one case. */
function partOf(output, filter) {
  const begin = output.indexOf(`[ RUN      ] ${filter}\n`);
  if (begin < 0) return output;
  const next = output.indexOf('[ RUN      ] ', begin + 1);
  return output.slice(begin, next < 0 ? undefined : next);
}

function describe({ output, tooLong, ...ended }) {
  const isStarted = ended.code !== null || ended.signal !== null;
  const how = isStarted ? outcomeOf(ended) : 'did not start';
  const end = tooLong ? 'took too long and was killed' : how;
  const shown = output.length > outputLimit ? `…${output.slice(-outputLimit)}` : output;
  return `${shown.trimEnd()}\nThe process ${end}.`;
}
