import { performance } from 'node:perf_hooks';

import { findGuest } from '../guest/guest-lookup.js';
import { WARM_UP_JPEG } from '../lambda/warm-up.js';
import { findModel } from '../models/model-lookup.js';
import { loadModule } from '../module/load-module.js';
import { ISOLATIONS } from '../module/load-settings.js';

import { failed, ok, warning } from './finding.js';
import type { Check } from './finding.js';

const PATIENCE_MS = 60_000;

/** Classifies a picture with the package's guest and model, in each isolation. */
export const RUNS: readonly Check[] = ISOLATIONS.map((isolation) => ({
  name: `A run, ${isolation}`,
  look: async () => {
    const begin = performance.now();
    await using module = await loadModule(findGuest(), {
      isolation,
      models: { default: findModel() },
      concurrency: 1,
    });
    const { stderr, exitCode, timings } = await module.run({
      stdin: WARM_UP_JPEG,
      timeoutMs: PATIENCE_MS,
    });
    if (exitCode !== 0) {
      return failed(
        `the guest ended with ${exitCode}: ${stderr.toString().trim()}`,
        'Report this.',
      );
    }
    const totalMs = (performance.now() - begin).toFixed(0);
    const runMs = (timings.instantiateMs + timings.executeMs).toFixed(1);
    const text = `loaded the module and classified a picture in ${totalMs} ms, ${runMs} ms of that for the run`;
    return module.mode === 'aot'
      ? ok(text)
      : warning(
          `${text} (interpreted)`,
          'The module could not be compiled: see LLVM and Cache above.',
        );
  },
}));
