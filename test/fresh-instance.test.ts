import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { watGuest } from './support/wat.js';

describe('Each run has a fresh instance', () => {
  for (const { aot, mode } of MODES) {
    it(`with nothing of a run before on the same thread: no state of any kind (${mode})`, async () => {
      await withModule(await watGuest('state'), { aot, concurrency: 1 }, async (module) => {
        for (let run = 0; run < 10; ++run) {
          assert.equal((await module.run()).exitCode, 0, `run ${run}`);
        }
      });
    });
  }

  it('so that a Rust static begins at its initial value', async () => {
    const options = { concurrency: 1, args: ['state'] };
    await withModule(rustGuest('std-tour'), options, async (module) => {
      for (let run = 0; run < 5; ++run) {
        assert.equal((await module.run()).stdout.toString(), '1\n');
      }
    });
  });

  it('after one that trapped or left input unread, too', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 1 }, async (module) => {
      const secret = 'unread input of the run before';
      await module.run({ args: ['exit', '0'], stdin: secret, env: { SECRET: secret } });
      await assert.rejects(module.run({ args: ['panic'], stdin: secret }));
      assert.equal((await module.run({ args: ['cat'] })).stdout.length, 0);
      assert.equal((await module.run({ args: ['env'] })).stdout.length, 0);
      assert.equal((await module.run({ args: ['exit', '0'] })).stderr.length, 0);
    });
  });

  it('and may grow its memory again and again', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 1 }, async (module) => {
      const outputs = new Set<string>();
      for (let run = 0; run < 5; ++run) {
        outputs.add((await module.run({ args: ['grow', '1000'] })).stdout.toString());
      }
      assert.equal(outputs.size, 1, 'the same sizes each time');
      const [before, after] = [...outputs][0]!.split(' ').map(Number);
      assert.equal(after! - before!, 1000);
    });
  });
});
