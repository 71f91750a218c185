import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { watGuest } from './support/wat.js';

describe('Many runs at once on few threads', () => {
  it('give each its own answer', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 2 }, async (module) => {
      const inputs = Array.from({ length: 200 }, (_, index) => randomBytes(1 + index * 53));
      const results = await Promise.all(
        inputs.map((stdin) => module.run({ args: ['cat'], stdin })),
      );
      for (const [index, { stdout, stderr, exitCode }] of results.entries()) {
        assert.ok(stdout.equals(inputs[index]!), `run ${index}`);
        assert.deepEqual([stderr.length, exitCode], [0, 0]);
      }
    });
  });

  it('keep apart arguments, environments, exit codes and failures', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 2 }, async (module) => {
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          switch (index % 4) {
            case 0: {
              const { exitCode } = await module.run({ args: ['exit', String(index)] });
              assert.equal(exitCode, index);
              break;
            }
            case 1: {
              const { stdout } = await module.run({ args: ['env'], env: { I: String(index) } });
              assert.equal(stdout.toString(), `I=${index}\n`);
              break;
            }
            case 2: {
              const { stderr } = await module.run({ args: ['stderr', String(index)] });
              assert.equal(stderr.toString(), `${index}\n`);
              break;
            }
            default:
              await assert.rejects(module.run({ args: ['panic'] }), { trap: 'unreachable' });
          }
        }),
      );
    });
  });

  it('give each call its own result, from more threads than there are processors', async () => {
    await withModule(await watGuest('numbers'), { concurrency: 16 }, async (module) => {
      const numbers = Array.from({ length: 500 }, (_, index) => index);
      const results = await Promise.all(numbers.map((index) => module.call('add', index, index)));
      assert.deepEqual(
        results,
        numbers.map((index) => 2 * index),
      );
    });
  });

  it('may be of several modules', async () => {
    const tour = rustGuest('std-tour');
    await withModule(tour, { concurrency: 1, args: ['upper'] }, (upper) =>
      withModule(tour, { concurrency: 1, args: ['cat'] }, async (cat) => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 ? cat : upper).run({ stdin: 'abc' })),
        );
        assert.equal(results.map((each) => each.stdout.toString()).join(''), 'ABCabc'.repeat(10));
      }),
    );
  });
});
