import { PassThrough, Readable, Writable } from 'node:stream';

import { MixedTraffic } from './mixed-traffic.mjs';
import { WrongAnswer, assembled, failure } from './traffic.mjs';

const shape = { concurrency: 2, maxWaiting: 2, maxQueue: 1000 };

/** Ways in which a run with streams ends, how often per hundred, and the expected result. */
const streamRuns = [
  { name: 'streams that end', weight: 40, run: copies },
  { name: 'a guest that ends before its input', weight: 10, run: endsEarly },
  { name: 'a source that fails', weight: 10, run: sourceFails },
  { name: 'a source that is destroyed', weight: 8, run: sourceIsDestroyed },
  { name: 'a target that fails', weight: 10, run: targetFails },
  { name: 'an abort while a source gives nothing', weight: 8, run: sourceNeverGives },
  { name: 'an abort while a target takes nothing', weight: 8, run: targetNeverTakes },
  { name: 'a time-out of a guest that never reads', weight: 6, run: neverReads },
];

/** Guests whose standard streams are streams of this process, most of which break. */
export class StreamTraffic extends MixedTraffic {
  /** @param {object} library the package */
  constructor(library) {
    super(library, streamRuns, 2);
  }

  async open() {
    const bytes = await assembled(new URL('./copy.wat', import.meta.url));
    await this.load(bytes, { ...shape, name: 'copy.wasm' });
  }

  /** Makes every thread wait at once, so that samples are alike. */
  async settle() {
    const many = shape.concurrency + shape.maxWaiting;
    const runs = this.modules.flatMap((module) =>
      Array.from({ length: many }, () => sourceNeverGives(module, () => 1)),
    );
    await Promise.all(runs);
  }
}

/** Up to half a megabyte, in pieces. */
function pieces(random) {
  return Array.from({ length: 8 }, () => Buffer.alloc(Math.ceil(random() * 65536), 'stream'));
}

/** A target that counts. */
function counter() {
  const target = new Writable({
    write(chunk, _, done) {
      target.bytes += chunk.length;
      if (chunk.length % 2 === 0) done();
      else setImmediate(done);
    },
  });
  target.bytes = 0;
  return target;
}

function requireCode(error, code) {
  if (error?.code !== code) throw new WrongAnswer(`'${error}' where ${code} is right`);
}

async function copies(module, random) {
  const given = pieces(random);
  const bytes = given.reduce((sum, { length }) => sum + length, 0);
  const stdout = counter();
  const { exitCode } = await module.run({ stdin: Readable.from(given), stdout });
  if (exitCode !== 0 || stdout.bytes !== bytes) {
    throw new WrongAnswer(`${stdout.bytes} bytes came through where ${bytes} are right`);
  }
}

async function endsEarly(module, random) {
  const stdin = Readable.from(pieces(random));
  const stdout = counter();
  await module.run({ args: ['once'], stdin, stdout });
  if (stdout.bytes === 0 || !stdin.destroyed) throw new WrongAnswer('a source that was not left');
}

async function sourceFails(module, random) {
  const given = pieces(random);
  async function* source() {
    yield* given;
    throw new Error('the source');
  }
  const stdin = random() < 0.5 ? source() : Readable.from(source());
  requireCode(await failure(module.run({ stdin, stdout: counter() })), 'ERR_STREAM');
}

async function sourceIsDestroyed(module, random) {
  const stdin = new PassThrough();
  stdin.write(pieces(random)[0]);
  setTimeout(() => stdin.destroy(), random() * 3);
  requireCode(await failure(module.run({ stdin, stdout: counter() })), 'ERR_STREAM');
}

async function targetFails(module, random) {
  let left = random() * 300_000;
  const stdout = (chunk) => {
    left -= chunk.length;
    if (left < 0) throw new Error('the target');
  };
  const given = [...pieces(random), Buffer.alloc(400_000)];
  requireCode(await failure(module.run({ stdin: Readable.from(given), stdout })), 'ERR_STREAM');
}

async function sourceNeverGives(module, random) {
  const abort = new AbortController();
  const run = failure(module.run({ stdin: new PassThrough(), signal: abort.signal }));
  setTimeout(() => abort.abort(), 1 + random() * 4);
  requireCode(await run, 'ERR_ABORTED');
}

async function targetNeverTakes(module, random) {
  const abort = new AbortController();
  const stdout = () => new Promise(() => undefined);
  const stdin = Readable.from([Buffer.alloc(2_000_000)]);
  const run = failure(module.run({ stdin, stdout, signal: abort.signal }));
  setTimeout(() => abort.abort(), random() * 5);
  requireCode(await run, 'ERR_ABORTED');
}

async function neverReads(module, random) {
  const stdin = Readable.from(pieces(random));
  const run = failure(module.run({ args: ['never', 'reads'], stdin, timeoutMs: 3 }));
  requireCode(await run, 'ERR_TIMEOUT');
}
