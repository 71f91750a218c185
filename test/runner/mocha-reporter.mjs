import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import Mocha from 'mocha';

import { processorSeconds } from '../../scripts/setup/processor-time.mjs';

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;

/**
 * Mocha's usual output, and the results as JSON in the file that the reporter option `output` names
 * (`Counts` of counts.mjs), with the names of failed tests and the time of each file. With the option `part` the
 * output ends with the failures, because the caller adds up the numbers of several runs.
 *
 * The reason for skipping a test is the property `skipReason` of the test or of a suite around it.
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
