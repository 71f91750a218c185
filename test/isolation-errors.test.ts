import assert from 'node:assert/strict';

import { WasmEdgeError } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { sharedModules, withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile, watGuest } from './support/wat.js';

const TOUR = rustGuest('std-tour');

describe('The same in every isolation', () => {
  for (const isolation of ISOLATIONS) {
    describe(isolation, () => {
      const shared = sharedModules();
      const load = (options: LoadOptions = {}): LoadOptions => ({ isolation, ...options });

      it('is told by the module and in diagnostics', async () => {
        const module = await shared(TOUR, load());
        assert.equal(module.isolation, isolation);
        assert.equal(module.mode, 'aot');
        assert.equal(module.file, TOUR);
        assert.ok(module.exports.some(({ name }) => name === '_start'));
        assert.ok(module.imports.some(({ name }) => name === 'fd_write'));
      });

      it('a trap has its kind, and what the guest had written', async () => {
        const module = await shared(TOUR, load());
        const error = await fails('ERR_TRAP', module.run({ args: ['panic'] }));
        assert.equal(error.trap, 'unreachable');
        assert.match(String(error.stderr), /this panic is wanted/);
        assert.equal(error.stdout?.length, 0);
      });

      it('exit codes are those of the guest', async () => {
        const module = await shared(TOUR, load());
        for (const code of [0, 1, 42, 127, 133, 134, 137, 139, 255, 256, 511]) {
          const { exitCode } = await module.run({ args: ['exit', String(code)] });
          assert.equal(exitCode, code & 0xff);
        }
      });

      it('arguments, environment, files and standard input reach the guest as they are', async () => {
        const bytes = Buffer.from([0, 255, 10, 13, 0x80, 0]);
        const options = load({
          args: ['args', '', ' a  b ', '--dir', '-v', 'größe', '"\'$PATH`'],
          env: { EMPTY: '', NAME: 'a=b c', ZWEI: 'größe' },
          files: { '/a/b/bytes': bytes, '/top': TOUR },
        });
        await withModule(TOUR, options, async (module) => {
          const output = async (...args: string[]): Promise<Buffer> => {
            const { stdout, stderr, exitCode } = await module.run(args.length ? { args } : {});
            assert.deepEqual([stderr.toString(), exitCode], ['', 0]);
            return stdout;
          };
          assert.equal(
            (await output()).toString(),
            'std-tour.wasm\nargs\n\n a  b \n--dir\n-v\ngröße\n"\'$PATH`\n',
          );
          assert.equal((await output('env')).toString(), 'EMPTY=\nNAME=a=b c\nZWEI=größe\n');
          assert.ok((await output('read', '/a/b/bytes')).equals(bytes));
          assert.equal((await output('list', '/a')).toString(), 'dir b\n');
          assert.match((await output('stat', '/top')).toString(), /^file \d+\n$/);
          for (const stdin of [Buffer.alloc(0), bytes, Buffer.alloc(3_000_001, 'x')]) {
            const { stdout } = await module.run({ args: ['cat'], stdin });
            assert.ok(stdout.equals(stdin));
          }
        });
      });

      it('nothing of the host is there', async () => {
        const module = await shared(TOUR, load());
        const { stdout } = await module.run({ args: ['env'] });
        assert.equal(stdout.toString(), '');
        for (const path of ['/etc/passwd', '/', '.', '/tmp']) {
          const { exitCode } = await module.run({ args: ['read', path] });
          assert.equal(exitCode, 1, path);
        }
      });

      it('nothing can be written', async () => {
        const module = await shared(TOUR, load({ files: { '/a/b': TOUR } }));
        const { stdout } = await module.run({ args: ['write', '/a/c'] });
        assert.match(stdout.toString(), /^write: \w+ \(os error \d+\)\n$/);
        await module.run({ args: ['mutate', '/a/b'] });
        const after = await module.run({ args: ['list', '/a'] });
        assert.match(after.stdout.toString(), /^file \d+ b\n$/);
      });

      it('a time limit, an abort and the output limit end a run, and the next one works', async () => {
        const options = load({ concurrency: 1, limits: { outputBytes: 1000 } });
        await withModule(TOUR, options, async (module) => {
          const args = ['sleep', '600000'];
          await fails('ERR_TIMEOUT', module.run({ args, timeoutMs: 100 }));
          const controller = new AbortController();
          const aborted = fails('ERR_ABORTED', module.run({ args, signal: controller.signal }));
          const reason = new Error('not wanted any more');
          setTimeout(() => {
            controller.abort(reason);
          }, 50);
          assert.equal((await aborted).cause, reason);
          const much = module.run({ args: ['cat'], stdin: Buffer.alloc(1001, 'x') });
          assert.ok((await fails('ERR_OUTPUT_LIMIT', much)).stdout!.length <= 1000);
          const { stdout } = await module.run({ args: ['cat'], stdin: Buffer.alloc(1000, 'x') });
          assert.equal(stdout.length, 1000);
        });
      });

      it('what is submitted may be changed at once', async () => {
        const module = await shared(TOUR, load({ args: ['cat'], concurrency: 1 }));
        const stdin = Buffer.alloc(500_000, 'a');
        const runs = [module.run({ stdin }), module.run({ stdin })];
        stdin.fill('b');
        for (const { stdout } of await Promise.all(runs)) {
          assert.ok(stdout.equals(Buffer.alloc(500_000, 'a')));
        }
      });

      it('a full queue refuses', async () => {
        await withModule(TOUR, load({ concurrency: 1, maxQueue: 1 }), async (module) => {
          const args = ['sleep', '300'];
          const runs = [module.run({ args }), module.run({ args })];
          await fails('ERR_QUEUE_FULL', module.run({ args }));
          await Promise.all(runs);
          await module.run({ args: ['exit', '0'] });
        });
      });

      it('close lets accepted runs finish, and then nothing runs', async () => {
        await withModule(TOUR, load({ concurrency: 1, args: ['sleep', '50'] }), async (module) => {
          const runs = [module.run(), module.run(), module.run()];
          await module.close();
          for (const { exitCode } of await Promise.all(runs)) assert.equal(exitCode, 0);
          await fails('ERR_CLOSED', module.run());
        });
      });

      it('a module that cannot be loaded is refused with the same code', async () => {
        const missing = temporaryPath('missing.wasm');
        await fails('ERR_MODULE_LOAD', () => withModule(missing, load(), () => Promise.resolve()));
        const link = await wasmFile('(module (import "env" "f" (func)) (func (export "_start")))');
        const error = await fails('ERR_LINK', () =>
          withModule(link, load(), () => Promise.resolve()),
        );
        assert.match(error.message, /env\.f/);
        const invalid = await fails('ERR_MODULE_INVALID', () =>
          withModule(SMALL_MODEL, load(), () => Promise.resolve()),
        );
        assert.ok(invalid instanceof WasmEdgeError);
        const large = await wasmFile('(module (memory 100) (func (export "_start")))');
        await fails('ERR_MEMORY_LIMIT', () =>
          withModule(large, load({ limits: { memoryPages: 99 } }), () => Promise.resolve()),
        );
      });

      it('options are refused at the door', async () => {
        for (const options of [
          { workerProcess: { workers: 0 } },
          { workerProcess: { worker: 1 } },
          { workerProcess: { recycleAfterRuns: 0.5 } },
          { workerProcess: 4 },
        ]) {
          await fails('ERR_INVALID_ARGUMENT', () =>
            withModule(TOUR, load(options as LoadOptions), () => Promise.resolve()),
          );
        }
        const reactor = await watGuest('numbers');
        await withModule(reactor, load(), async (module) => {
          await fails('ERR_INVALID_ARGUMENT', module.run());
        });
        await withModule(
          TOUR,
          load({ limits: { stdinBytes: 3, argumentBytes: 100 } }),
          async (module) => {
            assert.equal(
              (await fails('ERR_LIMIT', module.run({ stdin: 'four' }))).limit,
              'stdinBytes',
            );
            const args = ['x'.repeat(100)];
            assert.equal((await fails('ERR_LIMIT', module.run({ args }))).limit, 'argumentBytes');
          },
        );
      });
    });
  }

  it('does not know any other', async () => {
    const error = await fails('ERR_INVALID_ARGUMENT', () =>
      withModule(TOUR, { isolation: 'thread' as 'in-process' }, () => Promise.resolve()),
    );
    assert.match(
      error.message,
      /isolation must be 'in-process' or 'worker-process' or 'subprocess'/,
    );
  });
});
