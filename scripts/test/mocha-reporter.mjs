import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Mocha's usual output, and the counts as JSON in the file of the reporter option `output`
 * (`Counts` of counts.mjs).
 *
 * Why a test is skipped, a test says by a property `skipReason`, its own or one of a suite around it.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { output } = options.reporterOptions ?? options.reporterOption;
    const skipped = [];
    runner.on(EVENT_TEST_PENDING, (test) => {
      skipped.push({ name: test.fullTitle(), reason: reasonOf(test) });
    });
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      mkdirSync(path.dirname(output), { recursive: true });
      writeFileSync(output, JSON.stringify({ passed: passes, failed: failures, skipped }));
    });
  }
}

function reasonOf(runnable) {
  for (let holder = runnable; holder; holder = holder.parent) {
    if (holder.skipReason) return holder.skipReason;
  }
  return undefined;
}
