import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

import { CommandFailure } from '../../scripts/setup/failure.mjs';
import { outcomeOf, run } from '../../scripts/setup/processes.mjs';

/**
 * A case of a program of GoogleTest's.
 *
 * @typedef {object} Case
 * @property {string} name as ctest has it
 * @property {string} filter the name that GoogleTest has for it
 * @property {number} timeoutMs
 *
 * What came of it.
 *
 * @typedef {object} Result
 * @property {Case} case
 * @property {'passed' | 'failed' | 'skipped'} result
 * @property {string} [reason] why it was skipped
 * @property {string} [output] where it failed
 */

const outputLimit = 1 << 20;

/**
 * Runs cases one after the other in one process, and those that it did not come to in further ones. Nothing is lost
 * of what a process of each case would tell: one that ends the process or that takes too long is named, and so is one
 * of which a sanitizer tells at the process's end alone.
 *
 * @param {string} program
 * @param {Case[]} cases of it
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<Result[]>} of each case
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

/** What is known after one process: of one case at least. */
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
    // All passed, and yet it failed: a leak or a race, of which one of them?
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

/** The process, which is killed with what it has started when one case takes too long. */
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

/** Each case of the report of a process that came to its end. */
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
 * Of a process that ended before its time: the case that was running, and what had failed. The others run once more,
 * since a sanitizer has told nothing of them.
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

/** What a case has said. */
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
