import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';

import { CommandFailure } from '../../scripts/setup/failure.mjs';
import { liteRtFile } from '../../scripts/setup/paths.mjs';
import { executables, outcomeOf } from '../../scripts/setup/processes.mjs';
import { fuzzerFile } from './build.mjs';
import { prepareFolders } from './targets.mjs';

/** An input that takes longer is a finding. Far above the usual time, for busy machines. */
const unitTimeoutSeconds = 20;
const memoryMegabytes = 2048;

/**
 * The result of running a fuzzer.
 *
 * @typedef {object} Outcome
 * @property {number} executions
 * @property {number} edges of the code that the inputs reach
 * @property {number} inputs in the corpus
 * @property {boolean} withoutModels whether LiteRT was missing
 * @property {Finding} [finding]
 *
 * @typedef {{ summary: string, reproducer?: string }} Finding
 */

/**
 * Runs a fuzzer until its time is over or it finds something.
 *
 * @param {import('./targets.mjs').Target} target
 * @param {{ seconds: number, repeatable: boolean }} options
 * @param {import('../../scripts/setup/task.mjs').Task} task
 * @returns {Promise<Outcome>}
 */
export async function fuzz(target, { seconds, repeatable }, task) {
  const result = await task.attempt(
    fuzzerFile(target.name),
    [
      ...limits(target),
      `-max_total_time=${seconds}`,
      `-artifact_prefix=${target.artifacts}/`,
      '-print_final_stats=1',
      ...(repeatable ? ['-seed=1'] : []),
      ...(await prepareFolders(target, repeatable, task)),
    ],
    { env: environment() },
  );
  const { output } = result;
  const last = [...output.matchAll(/cov: (\d+) ft: \d+ corp: (\d+)/g)].at(-1) ?? [];
  const outcome = {
    executions: Number(output.match(/stat::number_of_executed_units: (\d+)/)?.[1] ?? 0),
    edges: Number(last[1] ?? 0),
    inputs: Number(last[2] ?? 0),
    withoutModels: /^Without models/m.test(output),
  };
  if (result.code === 0) return outcome;
  return { ...outcome, finding: findingOf(output, result) };
}

function findingOf(output, result) {
  const reproducer = output.match(/Test unit written to (.+)$/m)?.[1];
  const expectation = output.match(/^Expected, and not so: .+$/m)?.[0];
  const runtimeError = output.match(/^.+: runtime error: .+$/m)?.[0];
  const summary = expectation ?? runtimeError ?? output.match(/^SUMMARY: (.+)$/m)?.[1];
  return { summary: summary ?? `the fuzzer ${outcomeOf(result)}`, reproducer };
}

/**
 * Minimizes a finding's input for at most a minute, and adds it to the corpus.
 *
 * @returns {Promise<string>} the file
 */
export async function keepFinding(target, reproducer, task) {
  mkdirSync(target.corpus, { recursive: true });
  const kept = path.join(target.corpus, path.basename(reproducer));
  await task.attempt(
    fuzzerFile(target.name),
    [
      ...limits(target),
      ...['-minimize_crash=1', '-max_total_time=60', `-exact_artifact_path=${kept}`, reproducer],
    ],
    { env: environment() },
  );
  // Nothing is written if the first one is the smallest.
  if (!existsSync(kept)) renameSync(reproducer, kept);
  return kept;
}

/**
 * Adds to the committed corpus the fewest inputs of the working corpus that reach the code that it does not reach yet.
 * What it has stays: which code an input reaches may depend on threads, and on the inputs before it.
 *
 * @returns {Promise<number>} how many inputs it has now
 */
export async function keepCorpus(target, task) {
  mkdirSync(target.corpus, { recursive: true });
  const { code, signal } = await task.attempt(
    fuzzerFile(target.name),
    [
      ...limits(target),
      // What is reached counts, not how often: far fewer inputs.
      ...['-set_cover_merge=1', '-use_counters=0', target.corpus, target.work],
    ],
    { env: environment() },
  );
  if (code !== 0) {
    throw new CommandFailure(`${target.name}_fuzzer`, outcomeOf({ code, signal }));
  }
  return readdirSync(target.corpus).length;
}

/** The command that reproduces a finding. */
export function reproduction(target, reproducer) {
  const variables = Object.entries(environment()).map(([name, value]) => `${name}=${value}`);
  return [...variables, fuzzerFile(target.name), reproducer].join(' ');
}

function limits({ maxLength }) {
  return [
    `-max_len=${maxLength}`,
    `-timeout=${unitTimeoutSeconds}`,
    `-rss_limit_mb=${memoryMegabytes}`,
  ];
}

function environment() {
  const [symbolizer] = executables('llvm-symbolizer-19');
  return {
    // Most freed memory belongs to guests: a few MiB of it are enough to catch a use after free.
    ASAN_OPTIONS: 'quarantine_size_mb=32:detect_stack_use_after_return=1',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    ...(symbolizer && { ASAN_SYMBOLIZER_PATH: symbolizer }),
    ...(existsSync(liteRtFile) && { WASMEDGE_EMBED_LITERT: liteRtFile }),
  };
}
