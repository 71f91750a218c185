import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

import type { LoadOptions, RunOptions, RunResult, WasmEdgeErrorCode } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { InProcessStreams, RunStreams, destination, inputSource } from './support/internals.js';
import type { NativeModule } from './support/internals.js';
import { ISOLATIONS } from './support/isolations.js';
import { ROOT } from './support/paths.js';
import { runScript } from './support/process.js';
import { sharedModules, withModule } from './support/run-guest.js';
import { Kept, milliseconds, never, streamGuest } from './support/streams.js';
import type { StreamGuest } from './support/streams.js';

const MIB = 2 ** 20;
const OWN = new Error('of the test');

/** Produces chunks of 64 KiB without end, and counts them. */
class Endless {
  pulled = 0;
  isReturned = false;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        this.pulled += 65_536;
        yield new Uint8Array(65_536);
      }
    } finally {
      this.isReturned = true;
      await Promise.resolve();
    }
  }
}

async function* failing(): AsyncGenerator<string> {
  await milliseconds(1);
  yield 'some';
  throw OWN;
}

/** A stream that produces nothing and does not end. */
const silent = (): Readable => new Readable({ read: () => undefined });

for (const isolation of ISOLATIONS) {
  describe(`What ends a run with streams (${isolation})`, function () {
    this.timeout(60_000);
    const shared = sharedModules();
    const run = async (
      guest: StreamGuest,
      options: RunOptions,
      load: LoadOptions = {},
    ): Promise<RunResult> => {
      const module = await shared(await streamGuest(guest), { isolation, ...load });
      return module.run(options);
    };

    it('is a source that fails, with its error', async () => {
      const destroyed = (): Readable =>
        new Readable({
          read() {
            setTimeout(() => this.destroy(OWN), 20);
          },
        });
      const web = (): ReadableStream<Uint8Array> =>
        new ReadableStream({
          pull(controller) {
            controller.error(OWN);
          },
        });
      for (const make of [failing, () => Readable.from(failing()), web, destroyed]) {
        const error = await fails('ERR_STREAM', () => run('copy', { stdin: make() }));
        assert.equal(error.cause, OWN);
        assert.match(error.message, /stdin failed: of the test/);
      }
    });

    // The other tests share modules, which are closed after all of them.
    const kinds: Record<string, [StreamGuest, () => RunOptions, WasmEdgeErrorCode]> = {
      'a source that fails': ['copy', () => ({ stdin: failing() }), 'ERR_STREAM'],
      'a target that fails': ['flood', () => ({ stdout: () => Promise.reject(OWN) }), 'ERR_STREAM'],
      'its time limit, while a source gives nothing': [
        'copy',
        () => ({ stdin: silent(), timeoutMs: 300 }),
        'ERR_TIMEOUT',
      ],
      'its time limit, while a target takes nothing': [
        'flood',
        () => ({ stdout: () => never(), timeoutMs: 300 }),
        'ERR_TIMEOUT',
      ],
      'an abort': [
        'copy',
        () => ({ stdin: silent(), signal: AbortSignal.timeout(200) }),
        'ERR_ABORTED',
      ],
    };
    for (const [kind, [guest, options, code]] of Object.entries(kinds)) {
      it(`is ${kind}, and its module can be closed right after it`, async () => {
        await withModule(await streamGuest(guest), { isolation }, (loaded) =>
          fails(code, loaded.run(options())),
        );
      });
    }

    it('is a Readable that is closed before its end', async () => {
      const stdin = new PassThrough();
      stdin.write('a');
      setTimeout(() => stdin.destroy(), 20);
      const error = await fails('ERR_STREAM', run('copy', { stdin }));
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ERR_STREAM_PREMATURE_CLOSE');
      const gone = new PassThrough();
      gone.destroy();
      await fails('ERR_STREAM', run('copy', { stdin: gone }));
    });

    it('is a source that gives what is no bytes', async () => {
      for (const piece of [7, {}, null, [1, 2], Symbol('s')]) {
        let isReturned = false;
        const stdin = (async function* () {
          try {
            await milliseconds(1);
            yield piece as unknown as string;
          } finally {
            isReturned = true;
          }
        })();
        const error = await fails('ERR_STREAM', run('copy', { stdin }));
        assert.match(error.message, /expected bytes or strings/);
        await milliseconds(1);
        assert.ok(isReturned);
      }
    });

    it('is a target that fails, with its error', async () => {
      const throws = (): void => {
        throw OWN;
      };
      const destroyed = (): Writable =>
        new Writable({
          write() {
            setTimeout(() => this.destroy(OWN), 20);
          },
        });
      const write = (_chunk: Buffer, _encoding: string, done: (error: Error) => void): void => {
        done(OWN);
      };
      for (const make of [
        () => throws,
        () => () => Promise.reject(OWN),
        () => new Writable({ write }),
        () => new WritableStream<Uint8Array>({ write: throws }),
        destroyed,
      ]) {
        const error = await fails('ERR_STREAM', () => run('flood', { stdout: make() }));
        assert.equal(error.cause, OWN);
        assert.match(error.message, /target of stdout failed: of the test/);
        assert.equal(error.stdout?.length, 0);
      }
    });

    it('is a Writable that was ended or destroyed', async () => {
      const ended = new Kept();
      ended.end();
      await fails('ERR_STREAM', run('flood', { stdout: ended }));
      const destroyed = new Kept();
      destroyed.destroy();
      await fails('ERR_STREAM', run('flood', { stdout: destroyed }));
    });

    it('is its time limit, while a source gives nothing', async () => {
      const stdin = silent();
      await fails('ERR_TIMEOUT', run('copy', { stdin, timeoutMs: 300 }));
      assert.ok(stdin.destroyed);
    });

    it('is its time limit, while a target takes nothing', async () => {
      for (const guest of ['flood', 'small'] as const) {
        await fails('ERR_TIMEOUT', run(guest, { stdout: () => never(), timeoutMs: 300 }));
      }
      const stdout = new Writable({ write: () => undefined });
      await fails('ERR_TIMEOUT', run('flood', { stdout, timeoutMs: 300 }));
    });

    it('is its time limit, after the guest has ended', async () => {
      const options = { stdin: 'a', stdout: () => never(), timeoutMs: 1000 };
      await fails('ERR_TIMEOUT', run('copy', options));
    });

    it('is its time limit, also where neither side ever waits', async () => {
      const stdin = new Endless();
      let taken = 0;
      const stdout = (chunk: Buffer): void => void (taken += chunk.length);
      await fails('ERR_TIMEOUT', run('copy', { stdin, stdout, timeoutMs: 500 }));
      await milliseconds(1);
      assert.ok(stdin.isReturned);
      assert.ok(taken > 0);
    });

    it('is an abort, at once', async () => {
      for (const options of [{ stdin: silent() }, { stdin: 'a', stdout: () => never() }]) {
        const controller = new AbortController();
        setTimeout(() => {
          controller.abort(OWN);
        }, 200);
        const error = await fails(
          'ERR_ABORTED',
          run('copy', { ...options, signal: controller.signal }),
        );
        assert.equal(error.cause, OWN);
      }
    });

    it('is the end of its module, where a stream keeps it waiting', async () => {
      await withModule(await streamGuest('copy'), { isolation }, async (loaded) => {
        const ended = fails('ERR_CLOSED', loaded.run({ stdin: silent() }));
        await milliseconds(200);
        await loaded.close();
        await ended;
      });
    });

    it('is the end of its module, where a target keeps it waiting after its guest, alone', async () => {
      let isTaking = false;
      const stdout = (): Promise<void> => {
        isTaking = true;
        return never();
      };
      const load = {
        isolation,
        concurrency: 2,
        ...(isolation === 'worker-process' && { workerProcess: { workers: 1 } }),
      };
      const guest = await streamGuest('endsOrComputes');
      await withModule(guest, load, async (loaded) => {
        const ended = fails('ERR_CLOSED', loaded.run({ stdin: 'a', stdout }));
        // Longer than a worker process has to end a run.
        const other = fails('ERR_TIMEOUT', loaded.run({ timeoutMs: 2500 }));
        while (!isTaking) await milliseconds(10);
        await milliseconds(300);
        await loaded.close();
        await ended;
        await other;
      });
    });

    it('is the end of its module where its guest waits, not where it computes', async function () {
      // What a separate program does with its input is not visible.
      if (isolation === 'subprocess') this.skip();
      const stdin = (async function* () {
        yield 'a';
        await never();
      })();
      await withModule(await streamGuest('reads'), { isolation }, async (loaded) => {
        const ended = fails('ERR_TIMEOUT', loaded.run({ stdin, timeoutMs: 1500 }));
        await milliseconds(500);
        await loaded.close();
        await ended;
      });
    });

    it("is not a target that fails after it, which is nobody else's matter", async () => {
      const controller = new AbortController();
      const stdout = new Writable({
        write(_chunk, _encoding, done) {
          controller.abort();
          setTimeout(() => {
            done(OWN);
          }, 600);
        },
      });
      // Not with `once`, which listens for errors.
      const closed = new Promise((resolve) => stdout.on('close', resolve));
      await fails('ERR_ABORTED', run('flood', { stdout, signal: controller.signal }));
      // Its error would be an uncaught exception.
      await closed;
      assert.equal(stdout.errored, OWN);
    });

    it('leaves no listener at its target', async () => {
      const stdout = new Kept();
      await run('small', { stdout });
      await run('small', { stdout });
      for (const event of stdout.eventNames())
        assert.equal(stdout.listenerCount(event), 0, String(event));
    });

    it('is nothing else: a guest that does not read leaves its source, which is destroyed', async () => {
      const readable = silent();
      await run('nothing', { stdin: readable });
      assert.ok(readable.destroyed);
      const endless = new Endless();
      await run('nothing', { stdin: endless });
      let isCancelled = false;
      const web = new ReadableStream<Uint8Array>({
        cancel: () => void (isCancelled = true),
      });
      await run('nothing', { stdin: web });
      await milliseconds(1);
      assert.ok(isCancelled);
      // A pipe is filled whether or not the program reads.
      const most = isolation === 'subprocess' ? MIB : 0;
      assert.ok(endless.pulled <= most, `${endless.pulled} bytes were pulled`);
    });

    it('is nothing else: a guest that reads little has little pulled', async () => {
      const stdin = new Endless();
      const { stdout } = await run('first', { stdin });
      assert.equal(stdout.length, 16);
      await milliseconds(1);
      assert.ok(stdin.isReturned);
      assert.ok(stdin.pulled <= 2 * MIB, `${stdin.pulled} bytes were pulled`);
    });

    it('is not a target that takes its time: the guest waits, and its source', async () => {
      const stdin = new Endless();
      const controller = new AbortController();
      let taken = 0;
      const ended = fails(
        'ERR_ABORTED',
        run('copy', {
          stdin,
          signal: controller.signal,
          stdout: (chunk) => {
            taken += chunk.length;
            return never();
          },
        }),
      );
      let pulled = -1;
      while (taken === 0 || stdin.pulled !== pulled) {
        ({ pulled } = stdin);
        await milliseconds(300);
      }
      assert.ok(pulled <= 8 * MIB, `${pulled} bytes were pulled`);
      controller.abort();
      await ended;
    });

    it('is the limit of output only where that was given', async () => {
      let taken = 0;
      const stdout = (chunk: Buffer): void => void (taken += chunk.length);
      const limits = { outputBytes: 100_000 };
      await fails('ERR_OUTPUT_LIMIT', run('flood', { stdout }, { limits }));
      assert.ok(taken <= 100_000);
    });

    it('is the limit of input', async () => {
      const limits = { stdinBytes: 100_000 };
      const error = await fails('ERR_LIMIT', run('copy', { stdin: new Endless() }, { limits }));
      assert.equal(error.limit, 'stdinBytes');
    });

    it('is what was never a stream, before it begins', async () => {
      const locked = new ReadableStream<Uint8Array>();
      locked.getReader();
      const busy = new WritableStream<Uint8Array>();
      busy.getWriter();
      const readable = silent();
      for (const options of [
        { stdin: locked },
        { stdin: {} },
        { stdin: 7 },
        { stdin: [1] },
        { stdout: busy },
        { stdout: 'file' },
        { stdout: {} },
        { stderr: 1 },
        { stdin: readable, stdout: null },
      ]) {
        await fails('ERR_INVALID_ARGUMENT', run('copy', options as unknown as RunOptions));
      }
      assert.ok(readable.destroyed);
    });

    it('leaves no listeners at standard input, run after run', async () => {
      const file = JSON.stringify(await streamGuest('nothing'));
      const { code, stdout, stderr } = await runScript(`
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          const module = await loadModule(${file}, { isolation: '${isolation}' });
          for (let count = 0; count < 12; count++) await module.run({ stdin: process.stdin });
          console.log(process.stdin.listenerCount('error'));
          await module.close();
        })();`);
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.ok(Number(stdout) <= 2, stdout);
    });

    it('is the end of the process, which waits for no stream', async () => {
      const file = JSON.stringify(await streamGuest('copy'));
      const { code, stderr } = await runScript(`
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          const module = await loadModule(${file}, { isolation: '${isolation}' });
          for (const stdout of [undefined, () => new Promise(() => {})]) {
            const stdin = stdout ? 'x'.repeat(1e6) : new (require('node:stream').Readable)({ read() {} });
            module.run({ stdin, stdout }).catch(() => {});
          }
          setTimeout(() => process.exit(3), 500);
        })();`);
      assert.equal(stderr, '');
      assert.equal(code, 3);
    });
  });
}

describe('A guest that writes to a pipe of its process that is full', function () {
  this.timeout(60_000);

  for (const [how, begin, code] of [
    ['its time limit', '{ timeoutMs: 300 }', 'ERR_TIMEOUT'],
    ['an abort', '{ signal: AbortSignal.timeout(300) }', 'ERR_ABORTED'],
    ['the end of its module', '{}', 'ERR_CLOSED'],
  ] as const) {
    it(`is ended by ${how}, also where another does so too`, async () => {
      const file = JSON.stringify(pathToFileURL(await streamGuest('flood')).href);
      const script = `
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          const module = await loadModule(new URL(${file}), { concurrency: 2 });
          const run = () => module.run({ stdout: 'inherit', stderr: 'buffer', ...${begin} });
          const codes = [run(), run()].map((each) => each.catch(({ code }) => code));
          if (${code === 'ERR_CLOSED'}) setTimeout(() => module.close(), 300);
          process.stderr.write((await Promise.all(codes)).join());
          await module.close();
        })();`;
      // Nothing reads its output.
      const child = spawn(process.execPath, ['-e', script], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let told = '';
      child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
      await once(child, 'exit');
      child.stdout.destroy();
      assert.equal(told, `${code},${code}`);
    });
  }
});

describe('The process of a run in a subprocess', function () {
  this.timeout(60_000);

  it('is not killed when it has ended, whatever has its number then', async () => {
    const killed: number[] = [];
    const kill = process.kill.bind(process);
    process.kill = (pid, signal) => {
      if (pid < 0) killed.push(pid);
      return kill(pid, signal);
    };
    try {
      const file = await streamGuest('copy');
      await withModule(file, { isolation: 'subprocess' }, async (module) => {
        const controller = new AbortController();
        // More than is read at once, and less than the pipe holds: it ends without being read to
        // its end.
        const stdin = 'a'.repeat(150_000);
        let taken = 0;
        const stdout = (): Promise<void> => {
          taken++;
          return never();
        };
        const { signal } = controller;
        const ended = fails('ERR_ABORTED', module.run({ stdin, stdout, signal }));
        while (taken === 0) await milliseconds(10);
        // What it left behind is killed once.
        while (killed.length === 0) await milliseconds(10);
        await milliseconds(100);
        controller.abort();
        await ended;
        assert.equal(killed.length, 1);
      });
    } finally {
      process.kill = kill;
    }
  });
});

describe('The streams of a run', () => {
  it('fail where what moves their bytes does', async () => {
    const refuse = (): never => {
      throw OWN;
    };
    const module = { takeOutput: refuse, feed: refuse, endInput: refuse };
    for (const [number, name] of ['stdin', 'stdout', 'stderr'].entries()) {
      const stdin = inputSource(Readable.from(['a']));
      const streams = new RunStreams(
        { stdin, stdout: destination('stdout', never), stderr: destination('stderr', never) },
        Infinity,
      );
      new InProcessStreams(module as unknown as NativeModule, 1, streams).serve(number);
      await milliseconds(20);
      assert.equal(streams.failure?.cause, OWN, name);
      assert.ok(streams.signal.aborted);
      streams.end();
    }
  });
});
