import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { createHandler } from 'wasmedge-embed/lambda';
import type {
  InvocationRecord,
  StreamingHandler,
  StreamingHandlerOptions,
} from 'wasmedge-embed/lambda';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { eventOf } from './support/lambda-events.js';
import { FakeResponseStream, fakeRuntime } from './support/lambda-streams.js';
import { rustGuest } from './support/paths.js';
import { streamGuest } from './support/streams.js';
import { watGuest, wasmFile } from './support/wat.js';

type Options = Omit<StreamingHandlerOptions, 'task' | 'responseStream'>;

const BIG = Buffer.alloc(3 << 20, 'a piece of the body ');

function streaming(options: Options): StreamingHandler {
  return createHandler({ task: 'run', responseStream: true, logger: false, ...options });
}

/** A program that writes these pieces, and then does something else. */
function writing(pieces: readonly string[], then = ''): Promise<string> {
  let at = 64;
  const calls = pieces.map((piece) => {
    const begin = at;
    at += piece.length;
    return `(i32.store (i32.const 0) (i32.const ${begin})) (i32.store (i32.const 4) (i32.const ${piece.length}))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))`;
  });
  const hex = Array.from(Buffer.from(pieces.join('')), (each) =>
    each.toString(16).padStart(2, '0'),
  );
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 64) "${hex.map((each) => `\\${each}`).join('')}")
    (func (export "_start") ${calls.join('\n')} ${then}))`);
}

function post(body: string | Buffer): unknown {
  const isBase64Encoded = typeof body !== 'string';
  const content = isBase64Encoded ? body.toString('base64') : body;
  return eventOf('function-url', { method: 'POST', body: content, isBase64Encoded });
}

/** Waits until the condition holds; mocha's time limit ends the wait. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('The Lambda handler with response streams', () => {
  beforeEach(() => {
    Reflect.set(globalThis, 'awslambda', fakeRuntime);
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'awslambda');
  });

  for (const isolation of ISOLATIONS) {
    it(`streams what the program writes: ${isolation}`, async () => {
      const contentType = 'application/octet-stream';
      const records: InvocationRecord[] = [];
      await using handler = streaming({
        ...{ module: await streamGuest('copy'), isolation, contentType },
        onInvocation: (record) => void records.push(record),
      });
      await handler.ready;
      assert.equal(Reflect.get(handler, 'streamed'), true);
      const stream = new FakeResponseStream();
      await handler(post(BIG), stream);
      assert.ok(stream.writableFinished);
      assert.ok(BIG.equals(stream.body));
      const { statusCode, headers, cookies } = stream.metadata as Record<string, object>;
      assert.deepEqual([statusCode, cookies], [200, []]);
      assert.deepEqual(headers, {
        'content-type': contentType,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        vary: 'Accept',
      });
      assert.equal(stream.contentType, 'application/vnd.awslambda.http-integration-response');
      assert.deepEqual([records[0]?.status, records[0]?.responseBytes], [200, BIG.length]);
    });
  }

  it('takes status, headers and cookies from CGI, however they are cut into pieces', async () => {
    const head = 'Status: 201 Created\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Own: a\r\n\r\n';
    for (const pieces of [
      [`${head}body`],
      [...head.split(/(?=.)/su), 'body'],
      [head, 'bo', 'dy'],
    ]) {
      await using handler = streaming({ module: await writing(pieces), cgi: true });
      const stream = new FakeResponseStream();
      await handler(post(''), stream);
      const { statusCode, headers, cookies } = stream.metadata as {
        statusCode: number;
        headers: Record<string, string>;
        cookies: string[];
      };
      assert.deepEqual([statusCode, cookies], [201, ['a=1', 'b=2']]);
      assert.deepEqual([headers['x-own'], headers['set-cookie']], ['a', undefined]);
      assert.equal(stream.body.toString(), 'body');
    }
  });

  it('sends status and headers of an answer without a body', async () => {
    const none = await streamGuest('nothing');
    const module = await writing(['Status: 204\n\n', 'dropped']);
    for (const [options, status] of [
      [{ module: none }, 200],
      [{ module, cgi: true }, 204],
    ] as const) {
      await using handler = streaming(options);
      const stream = new FakeResponseStream();
      await handler(post(''), stream);
      assert.deepEqual([stream.metadata?.['statusCode'], stream.body.length], [status, 0]);
      assert.ok(stream.writableFinished);
    }
  });

  it('answers as usual what fails before the first byte', async () => {
    const trap = '(unreachable)';
    const cases: [options: Options, event: unknown, status: number][] = [
      [{ module: await writing([], trap) }, post(''), 500],
      [{ module: await writing([], '(call $exit (i32.const 3))') }, post(''), 500],
      [{ module: await writing(['no header\n\n']), cgi: true }, post(''), 500],
      [{ module: await writing(['X: y\n', 'Y: z']), cgi: true }, post(''), 500],
      [{ module: await streamGuest('flood'), cgi: true }, post(''), 500],
      [{ module: await streamGuest('copy') }, eventOf('function-url', { method: 'DELETE' }), 405],
      [
        { module: rustGuest('std-tour'), args: ['spin', '99999999999'], limits: { timeoutMs: 50 } },
        post(''),
        504,
      ],
    ];
    for (const [options, event, status] of cases) {
      await using handler = streaming(options);
      const stream = new FakeResponseStream();
      await handler(event, stream);
      assert.equal(stream.metadata?.['statusCode'], status);
      const problem = JSON.parse(stream.body.toString()) as { status: number };
      assert.equal(problem.status, status);
      assert.ok(stream.writableFinished);
    }
  });

  it('breaks off what fails after the first byte: the stream is never ended as if it were whole', async () => {
    for (const then of ['(unreachable)', '(call $exit (i32.const 3))', '(loop $on (br $on))']) {
      const records: InvocationRecord[] = [];
      await using handler = streaming({
        module: await writing(['begun'], then),
        limits: { timeoutMs: 200 },
        onInvocation: (record) => void records.push(record),
      });
      const stream = new FakeResponseStream();
      await assert.rejects(handler(post(''), stream), /The response broke off/u);
      assert.equal(stream.metadata?.['statusCode'], 200);
      assert.deepEqual([stream.body.toString(), stream.writableEnded], ['begun', false]);
      assert.equal(records[0]?.status, then.startsWith('(loop') ? 504 : 500);
    }
  });

  it("ends the program before Lambda's deadline, also while it waits for the client", async () => {
    await using handler = streaming({ module: await streamGuest('flood'), deadlineMarginMs: 10 });
    await handler.ready;
    const stream = new FakeResponseStream({ isSlow: true });
    const context = { awsRequestId: 'x', getRemainingTimeInMillis: () => 300 };
    await assert.rejects(handler(post(''), stream, context as never), /in time/u);
    assert.equal(stream.writableEnded, false);
  });

  it('holds the program up where the client is slow', async () => {
    await using handler = streaming({ module: await streamGuest('copy') });
    const stream = new FakeResponseStream({ isSlow: true });
    const answered = handler(post(BIG), stream);
    let most = 0;
    while (!stream.writableFinished) {
      most = Math.max(most, stream.writableLength);
      stream.waiting.shift()?.();
      await turn();
    }
    await answered;
    assert.ok(BIG.equals(stream.body));
    assert.ok(most <= 512 << 10, String(most));
  });

  it('ends the program where the client goes away', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const records: InvocationRecord[] = [];
      await using handler = streaming({
        module: await streamGuest('flood'),
        onInvocation: (record) => void records.push(record),
      });
      const stream = new FakeResponseStream({ isSlow: true });
      const answered = handler(post(''), stream);
      const refused = assert.rejects(answered, /client closed the connection/u);
      await until(() => stream.waiting.length > 0);
      stream.destroy(error);
      await refused;
      assert.equal(records[0]?.status, 499);
      // And serves the next one.
      const next = new FakeResponseStream();
      const again = handler(post(''), next);
      const ended = assert.rejects(again);
      await until(() => next.chunks.length > 1);
      next.destroy();
      await once(next, 'close');
      await ended;
    }
  });

  it('is refused where the runtime has no response streams, or the task is another', async () => {
    const module = await watGuest('cgi');
    for (const runtime of [undefined, {}, { streamifyResponse: () => undefined }]) {
      Reflect.set(globalThis, 'awslambda', runtime);
      const { message } = await fails('ERR_INVALID_ARGUMENT', () => streaming({ module }));
      assert.match(message, /responseStream needs Lambda's Node\.js runtime/u);
    }
    Reflect.set(globalThis, 'awslambda', fakeRuntime);
    const options = { responseStream: true } as never;
    const { message } = await fails('ERR_INVALID_ARGUMENT', () => createHandler(options));
    assert.match(message, /responseStream must be absent unless task is 'run'/u);
    await using handler = streaming({ module });
    await fails('ERR_INVALID_ARGUMENT', async () => handler(post(''), {} as never));
  });
});
