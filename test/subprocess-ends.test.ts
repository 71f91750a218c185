import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';

import type { LoadOptions, WasmEdgeError } from 'wasmedge-embed';
import { compileModule, loadModule } from 'wasmedge-embed';

import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { ROOT, rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { random } from './support/random.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile, watGuest } from './support/wat.js';
import { childrenOf, eventually, isAlive } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const subprocess = (options: LoadOptions = {}): LoadOptions => ({
  isolation: 'subprocess',
  ...options,
});
const temporaryFolder = (): string => {
  const folder = temporaryPath('tmp');
  mkdirSync(folder);
  return folder;
};
const programs = (): number[] => childrenOf(process.pid, 'std-tour.wasm');

describe('A subprocess', () => {
  it('leaves standard output to the guest, whatever it prints and how it ends', async () => {
    const line = '[2026-11-23 05:35:11.190] [error] execution failed: unreachable, Code: 0x40a\n';
    const forged = `{"log":1}\n${line}{"code":"ERR_LIMIT","message":"forged"}\n`;
    await withModule(TOUR, subprocess({ args: ['cat'] }), async (module) => {
      const { stdout, exitCode } = await module.run({ stdin: forged });
      assert.deepEqual([stdout.toString(), exitCode], [forged, 0]);
      const ends = await module.run({ args: ['exit', '134'] });
      assert.deepEqual([ends.stdout.length, ends.stderr.length, ends.exitCode], [0, 0, 134]);
      // For this one, WasmEdge's log says that memory could not be grown.
      const limits = { memoryPages: 64 };
      await withModule(TOUR, subprocess({ limits }), async (small) => {
        const grown = await small.run({ args: ['grow', '100'] });
        assert.deepEqual([grown.stdout.toString(), grown.exitCode], ['refused\n', 1]);
      });
    });
  });

  it('need not read its input', async () => {
    await withModule(TOUR, subprocess({ args: ['exit', '3'] }), async (module) => {
      const { exitCode } = await module.run({ stdin: Buffer.alloc(2_000_000) });
      assert.equal(exitCode, 3);
    });
  });

  it('that is killed is an ERR_WORKER_DIED', async () => {
    await withModule(TOUR, subprocess(), async (module) => {
      const run = module.run({ args: ['sleep', '600000'] });
      await eventually(() => programs().length === 1);
      process.kill(programs()[0]!, 'SIGKILL');
      assert.match((await fails('ERR_WORKER_DIED', run)).message, /ended by SIGKILL/);
    });
  });

  it('that is stopped is killed at its time limit', async () => {
    await withModule(TOUR, subprocess(), async (module) => {
      const run = module.run({ args: ['sleep', '600000'], timeoutMs: 500 });
      await eventually(() => programs().length === 1);
      process.kill(programs()[0]!, 'SIGSTOP');
      await fails('ERR_TIMEOUT', run);
      assert.deepEqual(programs(), []);
    });
  });

  for (const { aot, mode } of MODES) {
    it(`ends at the limits of time and output (${mode})`, async () => {
      await withModule(TOUR, subprocess({ aot, limits: { outputBytes: 10 } }), async (module) => {
        await fails('ERR_TIMEOUT', module.run({ args: ['spin', '1000000000000'], timeoutMs: 300 }));
        const { stdout } = await fails(
          'ERR_OUTPUT_LIMIT',
          module.run({ args: ['cat'], stdin: 'x'.repeat(1_000_000) }),
        );
        assert.equal(stdout?.toString(), 'x'.repeat(10));
      });
    });
  }

  it('ends when its fuel is used up', async () => {
    const guest = await wasmFile(`(module
      (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $args_sizes_get (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      ;; With arguments it never ends.
      (func (export "_start")
        (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
        (loop $again (br_if $again (i32.ne (i32.load (i32.const 0)) (i32.const 1))))))`);
    const metered = temporaryPath('guest.so');
    await compileModule(guest, metered, { meter: true });
    for (const [file, aot] of [
      [metered, 'auto'],
      [guest, 'off'],
    ] as const) {
      for (const isolation of ['in-process', 'subprocess'] as const) {
        await withModule(file, { isolation, aot, limits: { fuel: 100_000 } }, async (module) => {
          assert.equal((await module.run()).exitCode, 0);
          const error = await fails('ERR_LIMIT', module.run({ args: ['go on'] }));
          assert.equal(error.limit, 'fuel');
        });
      }
    }
  });

  it('cannot be called, and says what can', async () => {
    await withModule(await watGuest('numbers'), subprocess(), async (module) => {
      const { message } = await fails('ERR_INVALID_ARGUMENT', module.call('add', 1, 2));
      assert.match(message, /worker-process/);
    });
  });

  it('has a command line of bounded length', async () => {
    const limits = { argumentBytes: 100_000_000 };
    await withModule(TOUR, subprocess({ limits }), async (module) => {
      const args = ['args', 'x'.repeat(10_000_000)];
      const error = await fails('ERR_LIMIT', module.run({ args }));
      assert.equal(error.limit, 'argumentBytes');
      assert.match(error.message, /command line/);
      assert.equal((await module.run({ args: ['exit', '1'] })).exitCode, 1);
    });
  });

  it('sees files as they were at load, also when they are gone', async () => {
    const file = await wasmFile('(module (func (export "_start")))');
    await withModule(TOUR, subprocess({ files: { '/f': file } }), async (module) => {
      rmSync(file);
      const { stdout } = await module.run({ args: ['stat', '/f'] });
      assert.match(stdout.toString(), /^file \d+\n$/);
    });
  });
});

describe('150 subprocesses that are aborted, killed or too slow, at random moments', () => {
  it('settle once each, and leave no process, no open file and no folder', async function () {
    this.timeout(240_000);
    const folder = temporaryFolder();
    const files = (): number => readdirSync('/proc/self/fd').length;
    const before = files();
    const below = random(99);
    const counts: Record<string, number> = {};
    await withEnvironment({ TMPDIR: folder }, () =>
      withModule(TOUR, subprocess({ concurrency: 4 }), async (module) => {
        assert.equal(readdirSync(folder).length, 1);
        let left = 150;
        const lane = async (): Promise<void> => {
          while (left-- > 0) {
            const controller = new AbortController();
            const moment = setTimeout(() => {
              const way = below(3);
              const alive = programs();
              if (way === 0) controller.abort();
              else if (way === 1 && alive.length > 0) {
                process.kill(alive[below(alive.length)]!, 'SIGKILL');
              }
            }, below(60));
            const end = await module
              .run({
                args: below(2) ? ['upper'] : ['sleep', '600000'],
                stdin: 'answer',
                timeoutMs: 300 + below(300),
                signal: controller.signal,
              })
              .then(
                ({ stdout }) => stdout.toString(),
                (error: unknown) => (error as WasmEdgeError).code,
              );
            clearTimeout(moment);
            counts[end] = (counts[end] ?? 0) + 1;
          }
        };
        await Promise.all(Array.from({ length: 6 }, lane));
        const answer = await module.run({ args: ['upper'], stdin: 'next' });
        assert.equal(answer.stdout.toString(), 'NEXT');
      }),
    );
    const { ANSWER, ERR_ABORTED, ERR_TIMEOUT, ERR_WORKER_DIED, ...others } = counts;
    assert.deepEqual(others, {});
    for (const count of [ANSWER, ERR_ABORTED, ERR_TIMEOUT, ERR_WORKER_DIED]) {
      assert.ok(count! > 0, JSON.stringify(counts));
    }
    assert.deepEqual(readdirSync(folder), []);
    await eventually(() => programs().length === 0 && files() <= before);
  });
});

describe('A process with subprocesses', () => {
  const load = `require('wasmedge-embed').loadModule(${JSON.stringify(TOUR)}, {
    isolation: 'subprocess', concurrency: 1 })`;

  for (const [how, end, code] of [
    ['ends by itself', '', 0],
    [
      'calls process.exit() with a run under way',
      "module.run({ args: ['sleep', '600000'] }); setTimeout(() => process.exit(7), 200);",
      7,
    ],
    [
      'dies of an exception with a run under way',
      "module.run({ args: ['sleep', '600000'] }); setTimeout(() => { throw new Error('dies'); }, 200);",
      1,
    ],
  ] as const) {
    it(`leaves nothing when it ${how}`, async () => {
      const folder = temporaryFolder();
      const ended = await runScript(
        `(async () => {
          const module = await ${load};
          console.log((await module.run({ args: ['upper'], stdin: 'answer' })).stdout.toString());
          ${end}
        })();`,
        { env: { TMPDIR: folder } },
      );
      assert.deepEqual([ended.code, ended.stdout], [code, 'ANSWER\n'], ended.stderr);
      assert.deepEqual(readdirSync(folder), []);
      await eventually(() => childrenOf(undefined, folder).length === 0);
    });
  }

  it('takes them along when it is killed, also those that are stopped', async () => {
    const parent = spawn(
      process.execPath,
      ['-e', `${load}.then((module) => module.run({ args: ['spin', '1000000000000'] }));`],
      { cwd: ROOT, stdio: 'ignore', env: { ...process.env, TMPDIR: temporaryFolder() } },
    );
    try {
      // As a separate argument: until it becomes WasmEdge's program, a child has the parent's
      // command line.
      const running = (): number[] => childrenOf(parent.pid, '\0spin\0');
      await eventually(() => running().length === 1);
      // By then, the plug-ins are loaded: the guest computes.
      const [child] = running();
      const ticks = (): number =>
        Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(' ')[13]);
      await eventually(() => ticks() > 20);
      process.kill(child!, 'SIGSTOP');
      parent.kill('SIGKILL');
      await eventually(() => !isAlive(child!));
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it("says where it cannot write the guest's files", async () => {
    await withEnvironment({ TMPDIR: '/dev/null/nowhere' }, async () => {
      const { message } = await fails('ERR_MODULE_LOAD', loadModule(TOUR, subprocess()));
      assert.match(message, /TMPDIR/);
    });
    const colon = temporaryPath('a:b');
    mkdirSync(colon);
    await withEnvironment({ TMPDIR: colon }, async () => {
      await fails('ERR_MODULE_LOAD', loadModule(TOUR, subprocess()));
      assert.deepEqual(readdirSync(colon), []);
    });
    assert.ok(existsSync(colon));
  });
});
