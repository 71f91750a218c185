import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { setupFolder } from '../../scripts/setup/paths.mjs';

/**
 * The results of a test program.
 *
 * @typedef {{ passed: number, failed: number, skipped: { name: string, reason?: string }[] }} Counts
 */

/**
 * @param {string} text the output of `ctest`
 * @returns {Counts | undefined} undefined if there is no summary
 */
export function countCtest(text) {
  const summary = text.match(/^\d+% tests passed, (\d+) tests? failed out of (\d+)$/m);
  if (!summary) return undefined;
  const [failed, total] = summary.slice(1).map(Number);
  // "12 - name (Skipped)" in the list of tests that did not run; ctest counts these as passed.
  const skipped = [...text.matchAll(/^\s+\d+ - (.+) \((?:Skipped|Disabled)\)$/gm)].map(
    ([, name]) => ({
      name,
    }),
  );
  return { passed: total - failed - skipped.length, failed, skipped };
}

/**
 * @param {string} text the output of a GoogleTest program
 * @returns {Counts | undefined} undefined if there is no summary
 */
export function countGoogleTest(text) {
  const passed = text.match(/^\[ {2}PASSED {2}\] (\d+) tests?\.$/m);
  if (!passed) return undefined;
  const failed = text.match(/^\[ {2}FAILED {2}\] (\d+) tests?, listed below:$/m);
  // Each is reported when it is skipped, and again in the summary.
  const skipped = [...text.matchAll(/^\[ {2}SKIPPED \] (\S+)$/gm)].map(([, name]) => name);
  return {
    passed: Number(passed[1]),
    failed: Number(failed?.[1] ?? 0),
    skipped: [...new Set(skipped)].map((name) => ({ name })),
  };
}

/**
 * @param {string} text the output of `cargo test`, with one summary for each test program
 * @returns {Counts | undefined}
 */
export function countCargo(text) {
  const summaries = [
    ...text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm),
  ];
  if (summaries.length === 0) return undefined;
  const sum = (group) => summaries.reduce((total, match) => total + Number(match[group]), 0);
  const skipped = [...text.matchAll(/^test (.+) \.\.\. ignored(?:, (.*))?$/gm)].map(
    ([, name, reason]) => ({ name, reason }),
  );
  return { passed: sum(1), failed: sum(2), skipped };
}

/**
 * @param {string} text the output of `npm run fuzz`; each fuzzer counts as a test
 * @returns {Counts | undefined}
 */
export function countFuzzers(text) {
  const results = [...text.matchAll(/^\w+ +(clean|FOUND)\b/gm)].map(([, result]) => result);
  if (results.length === 0) return undefined;
  const passed = results.filter((result) => result === 'clean').length;
  return { passed, failed: results.length - passed, skipped: [] };
}

/**
 * @param {string} text the output of mocha, of one or several runs
 * @returns {Counts | undefined}
 */
export function countMochaSummary(text) {
  const counts = (word) =>
    [...text.matchAll(new RegExp(`^ {2}(\\d+) ${word}`, 'gm'))].map(([, count]) => Number(count));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const passed = counts('passing');
  if (passed.length === 0) return undefined;
  return { passed: sum(passed), failed: sum(counts('failing')), skipped: [] };
}

/**
 * @param {(Counts | undefined)[]} counts
 * @param {number} uncounted the number of checks that failed without counting failed tests: each counts as one failure
 * @returns {string} "12 passed, 0 failed, 1 skipped"
 */
export function totalLine(counts, uncounted) {
  const known = counts.filter((count) => count !== undefined);
  const sum = (value) => known.reduce((total, count) => total + value(count), 0);
  const failed = sum((count) => count.failed) + uncounted;
  return `${sum((count) => count.passed)} passed, ${failed} failed, ${sum((count) => count.skipped.length)} skipped`;
}

/** The file to which a command of this repository writes its counts. */
export function countsFile(name) {
  return path.join(setupFolder, `${name}.json`);
}

/** @returns {Counts | undefined} undefined if nothing was written */
export function readCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
