import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

import type { InputStream, LoadOptions, OutputTarget } from 'wasmedge-embed';

import { settleable } from './support/host-functions.js';
import { ISOLATIONS } from './support/isolations.js';
import { runScript } from './support/process.js';
import { sharedModules, withModule } from './support/run-guest.js';
import { GIGABYTE, Kept, LARGE_BYTES, milliseconds, streamGuest } from './support/streams.js';

const BYTES = randomBytes(3_000_001);

/** Pieces of various sizes, including an empty one. */
function* pieces(): Generator<Buffer> {
  const sizes = [1, 0, 70_000, 4096, 900_000, 1_300_000];
  let at = 0;
  for (const size of sizes) yield BYTES.subarray(at, (at += size));
  yield BYTES.subarray(at);
}

async function* generated(): AsyncGenerator<Buffer> {
  for (const piece of pieces()) {
    await milliseconds(1);
    yield piece;
  }
}

const SOURCES: Record<string, () => InputStream> = {
  'a Readable of bytes': () => {
    const stream = new PassThrough({ highWaterMark: 10_000 });
    Readable.from(pieces()).pipe(stream);
    return stream;
  },
  'a Readable of objects': () => Readable.from(pieces()),
  'an asynchronous generator': generated,
  'a ReadableStream': () => Readable.toWeb(Readable.from(pieces())) as ReadableStream<Uint8Array>,
  'a Blob': () => new Blob([...pieces()]),
  'one piece of all': () => Readable.from([BYTES]),
  'views and buffers': async function* () {
    await milliseconds(1);
    const { buffer } = Uint8Array.from(BYTES.subarray(0, 1_000_000));
    yield buffer;
    yield new DataView(Uint8Array.from(BYTES.subarray(1_000_000)).buffer);
  } as () => AsyncIterable<ArrayBuffer | DataView>,
};

interface Target {
  given: OutputTarget;
  bytes: () => Buffer;
  isFree: () => boolean;
}

const TARGETS: Record<string, () => Target> = {
  'a Writable': () => {
    const given = new Kept();
    return { given, bytes: () => given.bytes, isFree: () => !given.writableEnded };
  },
  'a WritableStream': () => {
    const chunks: Uint8Array[] = [];
    let isClosed = false;
    const given = new WritableStream<Uint8Array>({
      async write(chunk) {
        await milliseconds(1);
        chunks.push(chunk);
      },
      close: () => void (isClosed = true),
    });
    return {
      given,
      bytes: () => Buffer.concat(chunks),
      isFree: () => !isClosed && !given.locked,
    };
  },
  'a function': () => {
    const chunks: Buffer[] = [];
    const given = (chunk: Buffer): void => void chunks.push(chunk);
    return { given, bytes: () => Buffer.concat(chunks), isFree: () => true };
  },
  'an asynchronous function': () => {
    const chunks: Buffer[] = [];
    const given = async (chunk: Buffer): Promise<void> => {
      await milliseconds(1);
      chunks.push(chunk);
    };
    return { given, bytes: () => Buffer.concat(chunks), isFree: () => true };
  },
};

for (const isolation of ISOLATIONS) {
  describe(`Streams (${isolation})`, function () {
    this.timeout(60_000);
    const shared = sharedModules();

    for (const [name, source] of Object.entries(SOURCES)) {
      it(`read ${name}`, async () => {
        const target = new Kept();
        const module = await shared(await streamGuest('copy'), { isolation });
        const { stdout, stderr, exitCode } = await module.run({
          stdin: source(),
          stdout: target,
        });
        assert.equal(exitCode, 0);
        assert.equal(stdout.length + stderr.length, 0);
        assert.ok(target.bytes.equals(BYTES), 'the bytes that were given');
      });
    }

    for (const [name, make] of Object.entries(TARGETS)) {
      it(`write to ${name}, which is not ended`, async () => {
        const target = make();
        const module = await shared(await streamGuest('copy'), { isolation });
        await module.run({ stdin: BYTES, stdout: target.given });
        assert.ok(target.bytes().equals(BYTES), 'all when the run has settled');
        assert.ok(target.isFree());
        await module.run({ stdin: 'and more', stdout: target.given });
        assert.ok(target.bytes().equals(Buffer.concat([BYTES, Buffer.from('and more')])));
      });
    }

    it('buffer what goes nowhere else', async () => {
      const chunks: Buffer[] = [];
      const module = await shared(await streamGuest('copy'), { isolation });
      const { stdout } = await module.run({ stdin: Readable.from(pieces()) });
      assert.ok(stdout.equals(BYTES));
      const plain = await module.run({ stdin: 'text', stdout: 'buffer', stderr: 'buffer' });
      assert.equal(plain.stdout.toString(), 'text');
      const text = await module.run({
        stdin: Readable.from(['grö', 'ße']),
        stderr: (chunk) => void chunks.push(chunk),
      });
      assert.equal(text.stdout.toString(), 'größe');
      assert.equal(chunks.length, 0);
    });

    it('tell of small writes in large pieces', async () => {
      let count = 0;
      let size = 0;
      const module = await shared(await streamGuest('small'), { isolation });
      await module.run({
        stdout: async (chunk) => {
          count++;
          size += chunk.length;
          await milliseconds(2);
        },
      });
      assert.equal(size, 4096 * 1000);
      assert.ok(count <= 250, `${count} pieces`);
    });

    it('give a guest that traps its last words, and both streams their own', async () => {
      const stdout = new Kept();
      const stderr = new Kept();
      const module = await shared(await streamGuest('traps'), { isolation });
      const run = module.run({ stdout, stderr });
      await assert.rejects(run, { code: 'ERR_TRAP', trap: 'unreachable' });
      assert.equal(stdout.bytes.toString(), 'your');
      assert.equal(stderr.bytes.toString(), 'your end');
    });

    it('may have a callback that runs the module, of which one runs at a time', async () => {
      const answers: string[] = [];
      const options = { isolation, concurrency: 1 };
      await withModule(await streamGuest('copy'), options, async (module) => {
        await module.run({
          stdin: Readable.from(['one']),
          stdout: async () => {
            const { stdout } = await module.run({ stdin: 'within' });
            answers.push(stdout.toString());
          },
        });
      });
      assert.deepEqual(answers, ['within']);
    });

    it('may have a callback or source that runs the module while more is pending than is kept', async function () {
      // A separate program: whether it waits is not visible from here (docs/streams.md).
      if (isolation === 'subprocess') this.skip();
      const answers: string[] = [];
      const options = { isolation, concurrency: 1 };
      await withModule(await streamGuest('copy'), options, async (module) => {
        const within = async (name: string): Promise<void> => {
          const { stdout } = await module.run({ stdin: name });
          answers.push(stdout.toString());
        };
        let size = 0;
        const stdout = async (chunk: Buffer): Promise<void> => {
          if (size === 0) await within('callback');
          size += chunk.length;
        };
        await module.run({ stdin: BYTES, stdout });
        assert.equal(size, BYTES.length);
        const source = async function* (): AsyncGenerator<Buffer> {
          await within('source');
          yield BYTES;
        };
        const copied = await module.run({ stdin: source() });
        assert.ok(copied.stdout.equals(BYTES));
        // Each within the previous one, with streams of its own.
        const deep = async function* (depth: number): AsyncGenerator<string> {
          if (depth === 0) return;
          const given = await module.run({ stdin: deep(depth - 1) });
          yield `${given.stdout.toString()}${depth}`;
        };
        answers.push((await module.run({ stdin: deep(5) })).stdout.toString());
      });
      assert.deepEqual(answers, ['callback', 'source', '12345']);
    });

    it('may have such callbacks in all places at once', async function () {
      if (isolation === 'subprocess') this.skip();
      const options = { isolation, concurrency: 2, workerProcess: { workers: 2 } };
      const both = settleable();
      let arrived = 0;
      await withModule(await streamGuest('copy'), options, async (module) => {
        const run = async (): Promise<string> => {
          let answer = '';
          await module.run({
            stdin: BYTES,
            stdout: async () => {
              if (answer !== '') return;
              if (++arrived === 2) both.resolve(undefined);
              await both.promise;
              answer = (await module.run({ stdin: 'within' })).stdout.toString();
            },
          });
          return answer;
        };
        assert.deepEqual(await Promise.all([run(), run()]), ['within', 'within']);
      });
    });

    // A gigabyte where it costs least.
    const [writer, bytes] =
      isolation === 'in-process'
        ? (['gigabyte', GIGABYTE] as const)
        : (['large', LARGE_BYTES] as const);

    it(`take a piece of ${bytes / 2 ** 20} MiB, which no buffer may have, and a write of as many`, async function () {
      this.timeout(180_000);
      let size = 0;
      // Not collected: another process's memory is not visible here, but this one's is.
      const stdout = (chunk: Buffer): void => void (size += chunk.length);
      const module = await shared(await streamGuest('copy'), { isolation });
      await module.run({ stdin: Readable.from([Buffer.alloc(bytes)]), stdout });
      assert.equal(size, bytes);
      size = 0;
      let largest = 0;
      const counted = (chunk: Buffer): void => {
        size += chunk.length;
        largest = Math.max(largest, chunk.length);
      };
      const writing = await shared(await streamGuest(writer), { isolation });
      await writing.run({ stdout: counted });
      assert.equal(size, bytes);
      assert.ok(largest <= 2 ** 20, `a piece of ${largest} bytes`);
    });

    it('keep the exit code', async () => {
      const module = await shared(await streamGuest('exits'), { isolation });
      const target = new Kept();
      const { exitCode } = await module.run({ stdin: Readable.from(['a']), stdout: target });
      assert.equal(exitCode, 7);
      assert.equal(target.bytes.toString(), 'a');
    });

    it("inherit this process's streams, and read its own", async () => {
      const file = pathToFileURL(await streamGuest('copy')).href;
      const { stdout, stderr, code } = await runScript(`
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          const module = await loadModule(new URL(${JSON.stringify(file)}), { isolation: '${isolation}' });
          const result = await module.run({ stdin: 'x'.repeat(300000), stdout: 'inherit' });
          if (result.stdout.length) throw new Error('it was buffered');
          const empty = await module.run({ stdin: process.stdin });
          if (empty.stdout.length || process.stdin.destroyed) throw new Error('stdin');
          await module.run({ stdin: 'y', stdout: process.stdout, stderr: process.stderr });
          await module.close();
        })();`);
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.equal(stdout, `${'x'.repeat(300_000)}y`);
    });
  });
}

describe('A guest that waits for a stream', () => {
  it('leaves its place to another, in-process', async () => {
    const options = { concurrency: 1 };
    await withModule(await streamGuest('copy'), options, async (module) => {
      const stdin = new PassThrough();
      const waiting = module.run({ stdin });
      const { stdout } = await module.run({ stdin: 'in its place' });
      assert.equal(stdout.toString(), 'in its place');
      stdin.end('and then');
      assert.equal((await waiting).stdout.toString(), 'and then');
    });
  });
});

describe('A run whose source is quiet, in a worker process', () => {
  const options: LoadOptions = {
    isolation: 'worker-process',
    concurrency: 2,
    workerProcess: { workers: 2 },
  };

  /** A source that produces this text and does not end. */
  const quiet = (text: string): PassThrough => {
    const source = new PassThrough();
    source.write(text);
    return source;
  };

  it('is given no other run while one of another process may end', async () => {
    await withModule(await streamGuest('passesOnOrComputes'), options, async (module) => {
      const computes = async (stdin: InputStream | string, signal: AbortSignal): Promise<void> => {
        await new Promise((resolve, reject) => {
          module.run({ stdin, stdout: resolve, signal }).catch(reject);
        });
      };
      const [first, second] = [new AbortController(), new AbortController()];
      // One after the other, so that each has a process of its own.
      await computes('c', first.signal);
      await computes(quiet('c'), second.signal);
      const run = module.run({ stdin: 'a' });
      await milliseconds(50);
      first.abort();
      assert.equal((await run).stdout.toString(), 'a');
      second.abort();
    });
  });

  for (const maxWaiting of [0, 64]) {
    it(`is given no other run while a process starts (maxWaiting: ${maxWaiting})`, async () => {
      const given = { ...options, maxWaiting };
      await withModule(await streamGuest('passesOnOrComputes'), given, async (module) => {
        const end = new AbortController();
        const computes = module.run({ stdin: quiet('c'), signal: end.signal });
        assert.equal((await module.run({ stdin: 'a' })).stdout.toString(), 'a');
        end.abort();
        await assert.rejects(computes, { code: 'ERR_ABORTED' });
      });
    });
  }
});

for (const isolation of ['in-process', 'worker-process'] as const) {
  describe(`Streams of a function that is called (${isolation})`, () => {
    it('are as of a run', async () => {
      const target = new Kept();
      await withModule(await streamGuest('copy'), { isolation }, async (module) => {
        const result = await module.invoke('main', [], { stdin: generated(), stdout: target });
        assert.equal(result.value, undefined);
        assert.equal(result.stdout.length, 0);
      });
      assert.ok(target.bytes.equals(BYTES));
    });
  });
}
