import { readdirSync } from 'node:fs';

import { fails } from './support/errors.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { eventually, workers } from './support/workers.js';

describe('Pools of worker processes that were closed', () => {
  it('leave no process and no open file behind, also those that never started', async () => {
    const files = (): number => readdirSync('/proc/self/fd').length;
    const isolation = 'worker-process';
    const round = async (): Promise<void> => {
      await withModule(rustGuest('std-tour'), { isolation, concurrency: 2 }, async (module) => {
        const runs = [1, 2, 3].map((code) => module.run({ args: ['exit', String(code)] }));
        process.kill(workers()[0]!, 'SIGKILL');
        await Promise.allSettled(runs);
      });
      await fails('ERR_MODULE_INVALID', () =>
        withModule(SMALL_MODEL, { isolation }, () => Promise.resolve()),
      );
    };
    await round();
    await eventually(() => workers().length === 0);
    const before = files();
    for (let count = 0; count < 5; ++count) await round();
    // Fewer if one of the first round had not been closed yet. With more, this would wait for ever.
    await eventually(() => workers().length === 0 && files() <= before);
  });
});
