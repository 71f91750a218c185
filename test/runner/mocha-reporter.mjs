import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import Mocha from 'mocha';

import { processorSeconds } from '../../scripts/setup/processor-time.mjs';

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;

/**
 * Mocha's usual output, and the counts as JSON in the file of the reporter option `output`
 * (`Counts` of counts.mjs), with the names of what failed and the time that each file took. With the option `part` the output ends with failures alone,
 * since others make the sum.
 *
 * Why a test is skipped, a test says by a property `skipReason`, its own or one of a suite around it.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  #isPart;

  constructor(runner, options) {
    super(runner, options);
    const { output, part } = options.reporterOptions ?? options.reporterOption;
    this.#isPart = part === 'true';
    const skipped = [];
    const failures = [];
    runner.on(EVENT_TEST_PENDING, (test) => {
      skipped.push({ name: test.fullTitle(), reason: reasonOf(test) });
    });
    runner.on(EVENT_TEST_FAIL, (test) => failures.push(test.fullTitle()));
    const times = {};
    let before;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) before = timeNow();
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const now = timeNow();
      const file = (times[path.basename(suite.file)] ??= { seconds: 0, cpuSeconds: 0 });
      for (const key of Object.keys(file)) file[key] += now[key] - before[key];
    });
    runner.once(EVENT_RUN_END, () => {
      const { passes: passed, failures: failed } = this.stats;
      const counts = { passed, failed, skipped, failures, times };
      mkdirSync(path.dirname(output), { recursive: true });
      writeFileSync(output, JSON.stringify(counts));
    });
  }

  epilogue() {
    if (!this.#isPart) super.epilogue();
    else if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
  }
}

function timeNow() {
  return { seconds: performance.now() / 1000, cpuSeconds: processorSeconds() };
}

function reasonOf(runnable) {
  for (let holder = runnable; holder; holder = holder.parent) {
    if (holder.skipReason) return holder.skipReason;
  }
  return undefined;
}
