import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Mocha's usual output, and the counts as JSON in the file of the reporter option `output`
 * (`Counts` of counts.mjs), with the names of what failed. With the option `part` the output ends with failures alone,
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
    runner.once(EVENT_RUN_END, () => {
      const counts = { passed: this.stats.passes, failed: this.stats.failures, skipped, failures };
      mkdirSync(path.dirname(output), { recursive: true });
      writeFileSync(output, JSON.stringify(counts));
    });
  }

  epilogue() {
    if (!this.#isPart) super.epilogue();
    else if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
  }
}

function reasonOf(runnable) {
  for (let holder = runnable; holder; holder = holder.parent) {
    if (holder.skipReason) return holder.skipReason;
  }
  return undefined;
}
