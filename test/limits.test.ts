import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { Limits, LoadOptions, LoadedModule, RunOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { GuestPage, TENSORFLOW_LITE, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall, HostCallResults, HostModule } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { TensorFlowLiteSession } from './support/tensorflow-lite-session.js';
import { sumModel } from './support/tflite-models.js';
import { SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');

/** Expects that the attempt reaches this limit, and that the message tells how to raise it. */
async function reaches(limit: keyof Limits, attempt: Promise<unknown>): Promise<void> {
  const error = await fails('ERR_LIMIT', attempt);
  assert.equal(error.limit, limit, error.message);
  assert.ok(error.message.includes(`limits.${limit}`), error.message);
}

describe('limits.argumentBytes', () => {
  // Of each argument, the program's name first, and of each NAME=value, including the final NUL.
  const size = (args: string[], env: string[]): number =>
    [path.basename(TOUR), ...args, ...env].reduce(
      (sum, each) => sum + Buffer.byteLength(each) + 1,
      0,
    );

  async function withLimit(
    argumentBytes: number,
    options: LoadOptions,
    use: (module: LoadedModule) => Promise<void>,
  ): Promise<void> {
    const limits = { argumentBytes };
    await withModule(TOUR, { ...options, concurrency: 1, limits }, use);
  }

  const cases: [string, LoadOptions, RunOptions, string[], string[]][] = [
    ["a run's arguments", {}, { args: ['args', 'größe', ''] }, ['args', 'größe', ''], []],
    ["a module's arguments", { args: ['args', 'b'] }, {}, ['args', 'b'], []],
    ["a run's environment", {}, { args: ['env'], env: { A: '1', B: '' } }, ['env'], ['A=1', 'B=']],
    ["a module's environment", { env: { A: 'größe' } }, { args: ['env'] }, ['env'], ['A=größe']],
    [
      'both',
      { env: { A: 'a', B: 'b' }, args: ['not', 'these'] },
      { args: ['env'], env: { B: 'other' } },
      ['env'],
      ['A=a', 'B=other'],
    ],
  ];

  for (const [what, load, run, args, env] of cases) {
    it(`holds for ${what}, to the byte`, async () => {
      const bytes = size(args, env);
      await withLimit(bytes, load, async (module) => {
        assert.equal((await module.run(run)).exitCode, 0);
        await reaches('argumentBytes', module.run({ ...run, env: { ...run.env, C: '' } }));
        assert.equal((await module.run(run)).exitCode, 0);
      });
      await withLimit(bytes - 1, load, async (module) => {
        await reaches('argumentBytes', module.run(run));
        await reaches('argumentBytes', module.run(run));
      });
    });
  }

  it('is 1 MiB by default', async () => {
    await withModule(TOUR, { concurrency: 1 }, async (module) => {
      const room = (1 << 20) - size(['args', ''], []);
      const { stdout } = await module.run({ args: ['args', 'x'.repeat(room)] });
      assert.ok(stdout.length > room);
      await reaches('argumentBytes', module.run({ args: ['args', 'x'.repeat(room + 1)] }));
    });
  });

  it('holds for call as well', async () => {
    await withLimit(10, { args: ['more than ten'] }, async (module) => {
      await reaches('argumentBytes', module.call('_start'));
    });
  });
});

describe('limits.stdinBytes', () => {
  it('holds for bytes and for text as UTF-8, to the byte', async () => {
    const options = { concurrency: 1, args: ['cat'], limits: { stdinBytes: 7 } };
    await withModule(TOUR, options, async (module) => {
      for (const stdin of ['größe', Buffer.alloc(7), new ArrayBuffer(7), '']) {
        const length = typeof stdin === 'string' ? Buffer.byteLength(stdin) : stdin.byteLength;
        assert.equal((await module.run({ stdin })).stdout.length, length);
      }
      for (const stdin of ['größer', Buffer.alloc(8), new Uint16Array(4), '12345678']) {
        await reaches('stdinBytes', module.run({ stdin }));
      }
      assert.equal((await module.run({ stdin: 'works' })).stdout.toString(), 'works');
    });
  });

  it('of 0 allows none', async () => {
    await withModule(TOUR, { args: ['cat'], limits: { stdinBytes: 0 } }, async (module) => {
      assert.equal((await module.run()).stdout.length, 0);
      assert.equal((await module.run({ stdin: '' })).stdout.length, 0);
      await reaches('stdinBytes', module.run({ stdin: 'a' }));
    });
  });
});

describe('limits.fileBytes', () => {
  it('holds for all files together, given as bytes or as paths, at load', async () => {
    const host = temporaryPath('on-the-host');
    writeFileSync(host, 'x'.repeat(60));
    const files = { '/a': host, '/b/c': Buffer.alloc(40), '/empty': Buffer.alloc(0) };
    await withModule(TOUR, { files, limits: { fileBytes: 100 } }, async (module) => {
      assert.equal((await module.run({ args: ['read', '/a'] })).stdout.length, 60);
      assert.equal((await module.run({ args: ['read', '/b/c'] })).stdout.length, 40);
    });
    await reaches('fileBytes', loadModule(TOUR, { files, limits: { fileBytes: 99 } }));
    await reaches('fileBytes', loadModule(TOUR, { files, limits: { fileBytes: 0 } }));
    await withModule(TOUR, { files: {}, limits: { fileBytes: 0 } }, async (module) => {
      assert.equal((await module.run({ args: ['exit', '0'] })).exitCode, 0);
    });
  });
});

describe('Limits of inference', () => {
  /** Makes the calls within the limits, then more calls, and finally as many as the first time. */
  async function holds(
    limit: keyof Limits,
    limits: Limits,
    host: HostModule,
    page: GuestPage,
    fitting: readonly HostCall[],
    more: readonly HostCall[],
  ): Promise<HostCallResults> {
    const options = { concurrency: 1, models: SUM_MODELS, limits };
    return withHostCalls(host, options, async (run) => {
      const before = await run(page, fitting);
      assert.deepEqual(before.errnos, Array<number>(fitting.length).fill(0));
      for (let repetition = 0; repetition < 3; ++repetition) {
        await reaches(limit, run(page, [...fitting, ...more]));
      }
      const after = await run(page, fitting);
      assert.deepEqual(after.errnos, before.errnos);
      return after;
    });
  }

  const bytes = sumModel('float32').length;
  // Two inputs and an output of four float32.
  const TENSORS = 3 * 16;

  it('hold for models and sessions of wasi_ephemeral_nn', async () => {
    const session = new SumSession();
    const another: HostCall = ['init_execution_context', { at: session.graph }, session.context];
    const { page, load, all } = session;
    // Asking by name again gives the same graph.
    const builder = page.words(page.put(sumModel('float32')), bytes);
    const bring: HostCall = ['load', builder, 1, 4, 0, page.room(4)];
    await holds('models', { models: 2 }, WASI_NN, page, [load, load, ...all, bring], [bring]);
    const { memory } = await holds('sessions', { sessions: 1 }, WASI_NN, page, all, [another]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
    await holds('sessionBytes', { sessionBytes: TENSORS }, WASI_NN, page, all, [another]);
    await holds('sessionBytes', { sessionBytes: TENSORS - 1 }, WASI_NN, page, [load], all.slice(1));
  });

  it('hold for the bytes of the models that the guest brings, not of those of the host', async () => {
    const page = new GuestPage();
    const builder = page.words(page.put(sumModel('float32')), bytes);
    const load: HostCall = ['load', builder, 1, 4, 0, page.room(4)];
    const byName: HostCall = ['load_by_name', page.text('sum'), 3, page.room(4)];
    const unload: HostCall = ['unload', 0];
    await holds('modelBytes', { modelBytes: bytes }, WASI_NN, page, [load, byName], [load]);
    await holds('modelBytes', { modelBytes: 2 * bytes }, WASI_NN, page, [load, load], [load]);
    await holds('modelBytes', { modelBytes: bytes }, WASI_NN, page, [load, unload, load], [load]);
    await holds('modelBytes', { modelBytes: bytes - 1 }, WASI_NN, page, [byName], [load]);
    await holds('modelBytes', { modelBytes: 0 }, WASI_NN, page, [byName], [load]);
  });

  it('hold for what a model asks for that the guest brings, not for one of the host', async () => {
    const page = new GuestPage();
    const builder = page.words(page.put(sumModel('float32')), bytes);
    const load: HostCall = ['load', builder, 1, 4, 0, page.room(4)];
    const byName: HostCall = ['load_by_name', page.text('sum'), 3, page.room(4)];
    // Four sums, each counted as 8 multiply-accumulates; three tensors, each in 64 bytes.
    for (const [limit, least] of [
      ['modelArithmetic', 32],
      ['modelActivationBytes', 192],
    ] as const) {
      await holds(limit, { [limit]: least - 1 }, WASI_NN, page, [byName], [load]);
      const { create, page: other } = new TensorFlowLiteSession();
      await holds(limit, { [limit]: least - 1 }, TENSORFLOW_LITE, other, [], [create]);
      // By now, the process has the model, accepted for a guest with other limits.
      await holds('models', { [limit]: least, models: 1 }, WASI_NN, page, [load], [load]);
      await holds(limit, { [limit]: least - 1 }, WASI_NN, page, [], [load]);
    }
  });

  it('hold for sessions of wasmedge_tensorflowlite', async () => {
    const session = new TensorFlowLiteSession();
    const { page, create, remove, all } = session;
    const again = [create, remove, create];
    const host = TENSORFLOW_LITE;
    await holds('sessions', { sessions: 1 }, host, page, all, [create]);
    await holds('sessions', { sessions: 1 }, host, page, again, [create]);
    await holds('modelBytes', { modelBytes: bytes }, host, page, again, [create]);
    await holds('modelBytes', { modelBytes: bytes - 1 }, host, page, [], [create]);
    await holds('sessionBytes', { sessionBytes: TENSORS }, host, page, all, [create]);
    await holds('sessionBytes', { sessionBytes: TENSORS }, host, page, again, [create]);
    await holds('sessionBytes', { sessionBytes: TENSORS - 1 }, host, page, [], [create]);
  });
});

describe('A limit of a module', () => {
  it('holds for that module alone', async () => {
    const options = { concurrency: 1, args: ['cat'] };
    await withModule(TOUR, { ...options, limits: { stdinBytes: 1, outputBytes: 1 } }, (small) =>
      withModule(TOUR, options, async (large) => {
        await reaches('stdinBytes', small.run({ stdin: 'ab' }));
        assert.equal((await large.run({ stdin: 'ab' })).stdout.toString(), 'ab');
      }),
    );
  });

  it('that was reached counts neither as waiting nor as running', async () => {
    const options = { concurrency: 1, maxQueue: 0, limits: { stdinBytes: 1 } };
    await withModule(TOUR, options, async (module) => {
      const running = module.run({ args: ['sleep', '30'] });
      await reaches('stdinBytes', module.run({ stdin: 'ab' }));
      await fails('ERR_QUEUE_FULL', module.run());
      assert.equal((await running).exitCode, 0);
      assert.equal((await module.run({ args: ['exit', '7'] })).exitCode, 7);
    });
  });

  it('does not change with the object that it was given by', async () => {
    const limits: Limits = { stdinBytes: 1, timeoutMs: 2 ** 31 - 1 };
    await withModule(TOUR, { args: ['cat'], limits }, async (module) => {
      limits.stdinBytes = 1000;
      limits.timeoutMs = 1;
      await reaches('stdinBytes', module.run({ stdin: 'ab' }));
      assert.equal((await module.run({ args: ['sleep', '10'] })).exitCode, 0);
    });
  });
});
