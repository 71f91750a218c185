import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';

import { random } from './random.js';

type Json = unknown;

/** A frame as sent by a worker process; the header need not be the output of JSON.stringify. */
export function frame(header: string | Buffer, ...arrays: Buffer[]): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...arrays]);
}

export function message(content: Json, ...arrays: Buffer[]): Buffer {
  return frame(JSON.stringify([content, arrays.map((each) => each.length)]), ...arrays);
}

const TIMINGS = { queueMs: 0, instantiateMs: 1, executeMs: 2, inferenceMs: 0 };
const RESULT = { exitCode: 0, exited: false, timings: TIMINGS };
const EXTERNALS = {
  type: 'externals',
  imports: [],
  exports: [{ name: '_start', kind: 'function', params: [], results: [] }],
  isLast: true,
};
const READY = { type: 'ready', mode: process.env['ROGUE_MODE'] ?? 'aot', identity: 'x' };
const FAILURE = {
  family: true,
  name: 'WasmEdgeError',
  message: 'no',
  fields: { code: 'ERR_TRAP' },
};
const result = (id: number, more: object = {}): Json => ({
  ...{ type: 'result', id },
  result: { ...RESULT, ...more },
});
const error = (id: number, more: object = {}): Json => ({
  ...{ type: 'error', id },
  error: { ...FAILURE, ...more },
});
const [OUT, ERR, NONE] = [Buffer.from('out'), Buffer.from('err'), Buffer.alloc(0)];
/** Its descriptor. */
const LANE = 4;
/** A header that is not the output of JSON.stringify. */
const raw = (id: number, text: string): Buffer => frame(text.replaceAll('ID', String(id)));
const GIB_ARRAYS = (count: number): string =>
  `[${Array(count)
    .fill(4 * 2 ** 30)
    .join(',')}]`;

/** Sends it repeatedly, as fast as it is accepted. */
export function floodWith(socket: Socket, bytes: Buffer): void {
  const many = Buffer.concat(Array<Buffer>(1000).fill(bytes));
  const more = (): void => {
    if (socket.write(many)) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
}

/** What a worker process may do wrong, by its name in tests. */
export interface Misbehaviour {
  /** Instead of getting ready. */
  before: Record<string, () => unknown>;
  /** Instead of running the guest. */
  during: Record<string, (id: number) => unknown>;
  /** Like a worker process that has loaded its module. */
  ready: () => unknown;
}

export function misbehaviour(socket: Socket): Misbehaviour {
  const send = (...frames: Buffer[]): boolean => socket.write(Buffer.concat(frames));

  const flood = (bytes: Buffer): void => {
    floodWith(socket, bytes);
  };

  const leaveBehind = (): void => {
    // It holds the streams of this process, and is identified by the same path.
    spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', process.argv[1]!], {
      stdio: ['ignore', 'ignore', 2, 3],
    });
  };

  const nested = (depth: number): Json => {
    let cause: Json = FAILURE;
    for (let count = 0; count < depth; ++count) cause = { ...FAILURE, cause };
    return cause;
  };

  const before: Misbehaviour['before'] = {
    'exits at once': () => process.exit(7),
    'aborts at once': () => process.kill(process.pid, 'SIGABRT'),
    'sends noise': () => send(Buffer.alloc(100_000, 0x5a)),
    'sends a header of 4 GiB': () => send(Buffer.alloc(8, 0xff)),
    'sends an empty header': () => send(Buffer.alloc(8)),
    'claims eight arrays of 4 GiB': () => send(raw(1, `[{"type":"pong"},${GIB_ARRAYS(8)}]`)),
    'claims 1,000 arrays of 4 GiB': () => send(raw(1, `[{"type":"pong"},${GIB_ARRAYS(1000)}]`)),
    'sends no JSON': () => send(frame('[{"type":"ready"},[')),
    'sends null': () => send(message(null)),
    'sends a list': () => send(message([READY])),
    'sends an unknown type': () => send(message({ type: 'toString' })),
    'sends a type that is no text': () => send(message({ type: { type: 'ready' } })),
    'answers before it is asked': () => send(message(result(1), OUT, ERR)),
    'is ready without a mode': () => send(message({ ...READY, mode: '__proto__' })),
    'is ready with an endless identity': () =>
      send(message({ ...READY, identity: 'x'.repeat(300_000) })),
    'tells of exports without end': () => {
      flood(message({ ...EXTERNALS, isLast: false }));
    },
    // A guest that runs while its module is loaded could say anything.
    'tells of imports after the last': () => send(message(EXTERNALS), message(EXTERNALS)),
    'is ready before it tells of imports': () => send(message(READY)),
    'calls a host function before it tells of imports': () =>
      send(message({ type: 'host-call', id: 1, call: 1, index: 0, arguments: [] })),
    'tells of exports that are none': () => send(message({ ...EXTERNALS, exports: [null] })),
    'fails without an error': () => send(message({ type: 'failed', error: null })),
    'fails and stays': () => send(message({ type: 'failed', error: FAILURE })),
    'fails with causes without end': () => send(message({ type: 'failed', error: nested(3000) })),
    'closes its stream and stays': () => socket.destroy(),
  };

  const during: Misbehaviour['during'] = {
    'exits in a run': () => process.exit(0),
    'sends timings null': (id) => send(message(result(id, { timings: null }), OUT, ERR)),
    'sends timings of text': (id) =>
      send(message(result(id, { timings: { ...TIMINGS, executeMs: '1' } }), OUT, ERR)),
    'sends timings without end': (id) =>
      send(
        frame(
          `[{"type":"result","id":${id},"result":{"exitCode":0,"exited":false,"timings":` +
            '{"queueMs":0,"instantiateMs":1e999,"executeMs":0}}},[0,0]]',
        ),
      ),
    'sends a value null': (id) => send(message(result(id, { value: null }), OUT, ERR)),
    'sends a bigint of letters': (id) =>
      send(message(result(id, { value: { bigint: 'xyz' } }), OUT, ERR)),
    'sends a bigint of a million digits': (id) =>
      send(message(result(id, { value: { bigint: '9'.repeat(400_000) } }), OUT, ERR)),
    'sends a number of letters': (id) =>
      send(message(result(id, { value: { number: 'x' } }), OUT, ERR)),
    'sends a value that is a list': (id) => send(message(result(id, { value: [1] }), OUT, ERR)),
    'sends an exit code of text': (id) => send(message(result(id, { exitCode: '0' }), OUT, ERR)),
    'sends a result of null': (id) => send(message({ type: 'result', id, result: null }, OUT, ERR)),
    'sends a result without its output': (id) => send(message(result(id))),
    'sends a result with half its output': (id) => send(message(result(id), OUT)),
    'sends a third array': (id) => send(message(result(id), OUT, ERR, ERR)),
    'sends more than the output may be': (id) =>
      send(message(result(id), Buffer.alloc(2 ** 20), Buffer.alloc(1))),
    'claims gigabytes of output': (id) =>
      send(raw(id, `[${JSON.stringify(result(id))},${GIB_ARRAYS(2)}]`)),
    'claims a length below 0': (id) => send(raw(id, `[${JSON.stringify(result(id))},[3,-3]]`)),
    'claims half a byte': (id) => send(raw(id, `[${JSON.stringify(result(id))},[3,0.5]]`)),
    'says that it failed in the middle of a run': () =>
      send(message({ type: 'failed', error: FAILURE })),
    'is ready twice': () => send(message(READY)),
    'answers another run': (id) => send(message(result(id + 1), OUT, ERR)),
    'answers a run of text': (id) =>
      send(message({ type: 'result', id: String(id), result: RESULT }, OUT, ERR)),
    'answers a run with 1.5': (id) => send(message(result(id + 0.5), OUT, ERR)),
    'sends an error with a prototype of its own': (id) =>
      send(
        raw(
          id,
          '[{"type":"error","id":ID,"error":{"family":true,"name":"x","message":"no",' +
            '"__proto__":{"a":1},"fields":{"code":"ERR_TRAP","__proto__":{"name":"y"}}}},[]]',
        ),
      ),
    "sends an error of JavaScript's own": (id) => send(message(error(id, { family: false }))),
    'sends an error with an unknown code': (id) =>
      send(message(error(id, { fields: { code: 'ERR_MINE' } }))),
    'sends an error without a code': (id) => send(message(error(id, { fields: {} }))),
    'sends an error with an unknown trap': (id) =>
      send(message(error(id, { fields: { code: 'ERR_TRAP', trap: 'x' } }))),
    'sends an error with fields of its own': (id) =>
      send(message(error(id, { fields: { code: 'ERR_TRAP', stdout: 'x', isAdmin: true } }))),
    'sends an error of control characters': (id) =>
      send(message(error(id, { message: `\u001b[2J\u202e${'\u0007'.repeat(70_000)}` }))),
    'sends an error that is a list': (id) => send(message({ type: 'error', id, error: [] })),
    'answers pings without end': () => {
      flood(message({ type: 'pong' }));
    },
    'warns without end': () => {
      flood(
        message({ type: 'warning', code: 'WASMEDGE_EMBED_INTERPRETED', message: '\u001b[31m' }),
      );
    },
    "warns in another's name": () =>
      send(message({ type: 'warning', code: 'DEP0005', message: 'Buffer() is deprecated' })),
    'tells of compilations without a time': () => send(message({ type: 'compile', event: {} })),
    'tells of compiling without end': () => {
      flood(message({ type: 'compile-progress', percent: 50 }));
    },
    'tells of compiling in other words': () =>
      send(message({ type: 'compile-progress', percent: 'all' })),
    'dies after half a header': () => {
      socket.write(Buffer.from([200, 0, 0, 0, 0x5b]), () => process.exit(1));
    },
    'stops after half an array': (id) =>
      send(message(result(id), Buffer.alloc(1000), ERR).subarray(0, -500)),
    'leaves a process behind': () => {
      leaveBehind();
      process.kill(process.pid, 'SIGKILL');
    },
    'leaves a process behind and stays': (id) => {
      leaveBehind();
      send(message(result(id), OUT, ERR));
    },
    'writes to its standard error without end': () => {
      const noise = '\u001b[2J\u0007'.repeat(10_000);
      let left = 100;
      const more = (): void => {
        if (--left === 0) process.kill(process.pid, 'SIGSEGV');
        else process.stderr.write(noise, more);
      };
      more();
    },
    'wants input of a stream': (id) => send(message({ type: 'stream-wanted', id })),
    'wants more input than it may': (id) =>
      send(...Array<Buffer>(9).fill(message({ type: 'stream-wanted', id }))),
    'sends output of a stream': (id) =>
      send(message({ type: 'stream-output', id, stream: 'stdout' }, OUT)),
    'sends output of no stream': (id) =>
      send(message({ type: 'stream-output', id, stream: 'stdin' }, OUT)),
    'sends output of a stream without any': (id) =>
      send(message({ type: 'stream-output', id, stream: 'stdout' })),
    'sends more than the window of a stream': (id) => {
      flood(message({ type: 'stream-output', id, stream: 'stdout' }, Buffer.alloc(65_536)));
    },
    'sends bytes of a stream without end, and reads nothing': (id) => {
      socket.pause();
      flood(message({ type: 'stream-output', id, stream: 'stdout' }, Buffer.alloc(1)));
    },
    'sends output through its lane, and no end': () => writeSync(LANE, OUT),
    'tells of less output than went through its lane to a stream': (id) => {
      writeSync(LANE, OUT);
      send(message({ ...(result(id) as object), streamed: [2, 0] }, NONE, NONE));
    },
    'tells of more output than went through its lane to a stream': (id) => {
      writeSync(LANE, OUT);
      send(message({ ...(result(id) as object), streamed: [4, 0] }, NONE, NONE));
    },
    'ends a run with streams without what went through its lane': (id) =>
      send(message(result(id), NONE, NONE)),
    'ends a run with streams twice': (id) => {
      const ended = message({ ...(result(id) as object), streamed: [9, 9] }, NONE, NONE);
      send(ended, ended);
    },
    'sends output through the lane of a stream that there is not': () => writeSync(LANE + 1, OUT),
    'closes the lane of its streams and stays': () => {
      closeSync(LANE);
    },
    'does nothing at all': () => undefined,
    'behaves, but does not end': (id) => send(message(result(id), OUT, ERR)),
    'behaves at random': (id) => {
      const below = random(Number(process.env['ROGUE_SEED']));
      const bytes = message(result(id, { value: { bigint: '7' } }), OUT, ERR);
      for (let count = below(4); count >= 0; --count) bytes[below(bytes.length)] = below(256);
      send(bytes, message(error(id)));
    },
  };

  const ready = (): boolean => send(message(EXTERNALS), message(READY));
  return { before, during, ready };
}
