import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { setupFolder } from '../../scripts/setup/paths.mjs';

/**
 * What a test program counted.
 *
 * @typedef {{ passed: number, failed: number, skipped: { name: string, reason?: string }[] }} Counts
 */

/**
 * @param {string} text what `ctest` writes
 * @returns {Counts | undefined} undefined when it did not come to its summary
 */
export function countCtest(text) {
  const summary = text.match(/^\d+% tests passed, (\d+) tests? failed out of (\d+)$/m);
  if (!summary) return undefined;
  const [failed, total] = summary.slice(1).map(Number);
  // "12 - name (Skipped)" in the list of what did not run; ctest counts these among the passed.
  const skipped = [...text.matchAll(/^\s+\d+ - (.+) \((?:Skipped|Disabled)\)$/gm)].map(
    ([, name]) => ({
      name,
    }),
  );
  return { passed: total - failed - skipped.length, failed, skipped };
}

/**
 * @param {string} text what a program of GoogleTest's writes
 * @returns {Counts | undefined} undefined when it did not come to its summary
 */
export function countGoogleTest(text) {
  const passed = text.match(/^\[ {2}PASSED {2}\] (\d+) tests?\.$/m);
  if (!passed) return undefined;
  const failed = text.match(/^\[ {2}FAILED {2}\] (\d+) tests?, listed below:$/m);
  // Each is told where it is skipped, and once more in the summary.
  const skipped = [...text.matchAll(/^\[ {2}SKIPPED \] (\S+)$/gm)].map(([, name]) => name);
  return {
    passed: Number(passed[1]),
    failed: Number(failed?.[1] ?? 0),
    skipped: [...new Set(skipped)].map((name) => ({ name })),
  };
}

/**
 * @param {string} text what `cargo test` writes, with one summary for each test program
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
 * @param {string} text what `npm run fuzz` writes: each fuzzer is a test
 * @returns {Counts | undefined}
 */
export function countFuzzers(text) {
  const results = [...text.matchAll(/^\w+ +(clean|FOUND)\b/gm)].map(([, result]) => result);
  if (results.length === 0) return undefined;
  const passed = results.filter((result) => result === 'clean').length;
  return { passed, failed: results.length - passed, skipped: [] };
}

/**
 * @param {string} text what mocha writes, in all of its runs together
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
 * @param {number} uncounted checks that failed without a count of failed tests: each is a failure of its own
 * @returns {string} "12 passed, 0 failed, 1 skipped"
 */
export function totalLine(counts, uncounted) {
  const known = counts.filter((count) => count !== undefined);
  const sum = (value) => known.reduce((total, count) => total + value(count), 0);
  const failed = sum((count) => count.failed) + uncounted;
  return `${sum((count) => count.passed)} passed, ${failed} failed, ${sum((count) => count.skipped.length)} skipped`;
}

/** Where a command of ours writes what it counted. */
export function countsFile(name) {
  return path.join(setupFolder, `${name}.json`);
}

/** @returns {Counts | undefined} undefined where nothing was written */
export function readCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
