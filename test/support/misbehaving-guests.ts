import type { Socket } from 'node:net';

import { floodWith, message } from './misbehaviour.js';

type Json = unknown;

/** What the pool has sent, as far as a misbehaving process looks at it. */
export interface Received {
  type: string;
  id: number;
  call?: number;
  operation?: number;
  order?: { kind: string; length?: number };
  access?: { kind: string; length?: number };
}

const TIMINGS = { queueMs: 0, instantiateMs: 1, executeMs: 2 };
const NONE = Buffer.alloc(0);
const FAILURE = {
  family: true,
  name: 'WasmEdgeError',
  message: 'no',
  fields: { code: 'ERR_TRAP' },
};

const CLOSED = { ...FAILURE, fields: { code: 'ERR_CLOSED' } };

/**
 * Its guest imports env.ask (0), a memory (1) and env.other (2), of which only the first is
 * provided.
 */
const EXTERNALS = {
  type: 'externals',
  imports: [
    { module: 'env', name: 'ask', kind: 'function', params: ['i32'], results: ['i32'] },
    { module: 'env', name: 'memory', kind: 'memory' },
    { module: 'env', name: 'other', kind: 'function', params: [], results: [] },
  ],
  exports: [
    { name: 'ask', kind: 'function', params: ['i32'], results: ['i32'] },
    { name: 'total', kind: 'function', params: [], results: ['i32'] },
    { name: 'sum', kind: 'global', type: 'i32', mutable: true },
    { name: 'memory', kind: 'memory' },
  ],
  isLast: true,
};

/**
 * A process's behaviour, by the type of message that it receives; other messages are handled
 * correctly.
 */
type Behaviour = Partial<Record<string, (received: Received) => unknown>>;

/**
 * What a process may do wrong with guests that call host functions and are kept, by its name in
 * tests. Each receives whatever the pool sends.
 */
export function misbehavingGuests(socket: Socket): Record<string, (received: Received) => void> {
  const send = (content: Json, ...arrays: Buffer[]): boolean =>
    socket.write(message(content, ...arrays));
  const flood = (content: Json, ...arrays: Buffer[]): void => {
    floodWith(socket, message(content, ...arrays));
  };

  const hostCall = (id: number, more: object = {}): Json => ({
    ...{ type: 'host-call', id, call: 1, index: 0, arguments: [7] },
    ...more,
  });
  const operated = ({ id, operation }: Received, results: Json = [], more: object = {}): Json => ({
    ...{ type: 'operated', id, operation, results },
    ...more,
  });
  const result = (id: number, value: Json = 1): Json => ({
    ...{ type: 'result', id },
    result: { exitCode: 0, exited: false, timings: TIMINGS, value },
  });
  const made = (id: number, more: object = {}): Json => ({
    ...{ type: 'made', id, exited: false, exitCode: 0, timings: TIMINGS },
    ...more,
  });
  const ending = { hasEnded: false, timings: TIMINGS };
  const progress = (id: number, more: object = {}): Json => ({
    ...{ type: 'progress', id, calls: 1, isPart: false, ending },
    ...more,
  });
  const accessed = (id: number, more: object = {}): Json => ({ type: 'accessed', id, ...more });
  const RESULT = Buffer.alloc(8, 1);

  const good: Required<Pick<Behaviour, string>> = {
    load: () => send(EXTERNALS) && send({ type: 'ready', mode: 'aot', identity: 'x' }),
    run: ({ id }) => send(hostCall(id)),
    instantiate: ({ id }) => send(made(id), NONE, NONE),
    calls: ({ id }) => send(hostCall(id)),
    operate: (received) => {
      const { order } = received;
      switch (order?.kind) {
        case 'read':
          return send(operated(received), Buffer.alloc(order.length ?? 0));
        case 'write':
          return send(operated(received));
        case 'size':
          return send(operated(received, [65_536]));
        default:
          return send(operated(received, [1]));
      }
    },
    answer: ({ id }) =>
      kept ? send(progress(id), RESULT, NONE, NONE) : send(result(id), NONE, NONE),
    access: ({ id, access }) =>
      access?.kind === 'read'
        ? send(accessed(id), Buffer.alloc(access.length ?? 0))
        : send(accessed(id, { value: 1 })),
    close: () => process.exit(0),
  };
  /** Whether it holds an instance. */
  let kept = false;

  const behaviours: Record<string, Behaviour> = {
    'behaves with host functions': {},
    'calls what is not imported': { run: ({ id }) => send(hostCall(id, { index: 99 })) },
    'calls a memory': { run: ({ id }) => send(hostCall(id, { index: 1 })) },
    'calls a host function that is not given': {
      run: ({ id }) => send(hostCall(id, { index: 2, arguments: [] })),
    },
    'calls half a host function': { run: ({ id }) => send(hostCall(id, { index: 0.5 })) },
    'calls a host function of text': { run: ({ id }) => send(hostCall(id, { index: 'ask' })) },
    'calls without arguments': { run: ({ id }) => send(hostCall(id, { arguments: [] })) },
    'calls with arguments that are no list': {
      run: ({ id }) => send(hostCall(id, { arguments: { length: 1 } })),
    },
    'calls with many arguments': {
      run: ({ id }) => send(hostCall(id, { arguments: Array(100_000).fill(1) })),
    },
    'calls with a bigint for a number': {
      run: ({ id }) => send(hostCall(id, { arguments: [{ bigint: '1' }] })),
    },
    'calls with a fraction': { run: ({ id }) => send(hostCall(id, { arguments: [0.5] })) },
    'calls with text': { run: ({ id }) => send(hostCall(id, { arguments: ['1'] })) },
    'numbers a call 0': { run: ({ id }) => send(hostCall(id, { call: 0 })) },
    'numbers a call with text': { run: ({ id }) => send(hostCall(id, { call: '1' })) },
    'calls for another run': { run: ({ id }) => send(hostCall(id + 1)) },
    'calls while its guest waits': {
      run: ({ id }) => {
        socket.write(Buffer.concat([message(hostCall(id)), message(hostCall(id, { call: 2 }))]));
      },
    },
    'gives two calls one number': {
      operate: (received) =>
        received.order?.kind === 'enter'
          ? send(hostCall(received.id))
          : good['operate']?.(received),
    },
    'calls within calls without end': {
      operate: (received) => {
        if (received.order?.kind !== 'enter') return good['operate']?.(received);
        return send(hostCall(received.id, { call: (received.call ?? 0) + 1 }));
      },
    },
    'calls after the end of the run': {
      answer: ({ id }) => {
        send(result(id), NONE, NONE);
        send(hostCall(id, { call: 2 }));
      },
    },
    'calls again and again': {
      answer: ({ id, call = 0 }) => send(hostCall(id, { call: call + 1 })),
    },
    'calls without waiting for an answer': {
      run: ({ id }) => {
        flood(hostCall(id));
      },
    },
    'answers an operation that was not asked': {
      operate: ({ id }) => send(operated({ type: '', id, operation: 99 }, [1])),
    },
    'answers an operation twice': {
      operate: (received) => {
        good['operate']?.(received);
        good['operate']?.(received);
      },
    },
    'answers operations without end': {
      operate: (received) => {
        flood(operated(received, [1]));
      },
    },
    'answers an operation of another run': {
      operate: (received) => send(operated({ ...received, id: received.id + 1 }, [1])),
    },
    'reads fewer bytes': { operate: (received) => send(operated(received), Buffer.alloc(1)) },
    'reads more bytes': {
      operate: (received) => send(operated(received), Buffer.alloc(2 ** 20 + 1)),
    },
    'reads more bytes than a message has': {
      operate: (received) => send(operated(received), Buffer.alloc(2 ** 23)),
    },
    'reads no bytes': { operate: (received) => send(operated(received)) },
    'gives results for bytes': { operate: (received) => send(operated(received, [1]), NONE) },
    'has a memory of text': sized('65536'),
    'has a memory below 0': sized(-1),
    'has half a byte': sized(0.5),
    'has an endless memory': sized(1e15),
    'has a memory of bigints': sized({ bigint: '65536' }),
    'has no memory': sized(),
    'gives two results for one': entered(1, 2),
    'gives no result': entered(),
    'gives a result of another type': entered({ bigint: '1' }),
    'gives a result of half a number': entered(0.5),
    'fails an operation without an error': {
      operate: ({ id, operation }) => send({ type: 'not-operated', id, operation, error: null }),
    },
    'fails an operation with an error of its own': {
      operate: ({ id, operation }) =>
        send({
          ...{ type: 'not-operated', id, operation },
          error: {
            ...FAILURE,
            message: '\u001b[2J'.repeat(10_000),
            fields: { code: 'ERR_TRAP', a: 1 },
          },
        }),
    },
    'fails an operation that was not asked': {
      operate: ({ id }) => send({ type: 'not-operated', id, operation: 99, error: FAILURE }),
    },
    'ends a run while it asks': {
      run: ({ id }) => {
        send(hostCall(id));
        send(result(id), NONE, NONE);
      },
    },
    'dies in a host call': { operate: () => process.kill(process.pid, 'SIGSEGV') },
    'answers nothing of a host call': { operate: () => undefined, answer: () => undefined },
    'gives a value of the wrong type': {
      answer: ({ id }) => send(result(id, { bigint: '1' }), NONE, NONE),
    },
    'gives several values': { answer: ({ id }) => send(result(id, [1, 2]), NONE, NONE) },

    'makes an instance without its output': { instantiate: ({ id }) => send(made(id)) },
    'makes another instance': { instantiate: ({ id }) => send(made(id + 1), NONE, NONE) },
    'makes an instance twice': {
      instantiate: ({ id }) => {
        send(made(id), NONE, NONE);
        send(made(id), NONE, NONE);
      },
    },
    'makes an instance that exits with text': {
      instantiate: ({ id }) => send(made(id, { exited: 'no', exitCode: '1' }), NONE, NONE),
    },
    'makes an instance in no time': {
      instantiate: ({ id }) => send(made(id, { timings: null }), NONE, NONE),
    },
    'answers an instance with calls': {
      instantiate: ({ id }) => send(progress(id), RESULT, NONE, NONE),
    },
    'answers an instance with a result': { instantiate: ({ id }) => send(result(id), NONE, NONE) },
    'answers calls with an access': { calls: ({ id }) => send(accessed(id, { value: 1 })) },
    'answers more calls': called({ calls: 2 }, RESULT, NONE, NONE),
    'answers fewer calls': called({ calls: 0 }, NONE, NONE, NONE),
    'answers calls below 0': called({ calls: -1 }, RESULT, NONE, NONE),
    'answers half a call': called({ calls: 0.5 }, RESULT, NONE, NONE),
    'gives half a result': called({}, Buffer.alloc(4), NONE, NONE),
    'gives results that nobody asked for': called({}, Buffer.alloc(800), NONE, NONE),
    'gives no results': called({}, NONE, NONE, NONE),
    'gives results without output': called({}, RESULT),
    'ends calls with a list': called({ ending: [] }, RESULT, NONE, NONE),
    'ends calls with text': called({ ending: { ...ending, hasEnded: 'yes' } }, RESULT, NONE, NONE),
    'ends calls with an error of null': called(
      { ending: { ...ending, error: null } },
      NONE,
      NONE,
      NONE,
    ),
    'ends calls twice': {
      calls: ({ id }) => {
        send(progress(id), RESULT, NONE, NONE);
        send(progress(id), RESULT, NONE, NONE);
      },
    },
    'gives parts without end': {
      calls: ({ id }) => {
        flood({ type: 'progress', id, calls: 0, isPart: true }, NONE, NONE, NONE);
      },
    },
    'tells of nothing without end': {
      calls: ({ id }) => {
        flood({ type: 'progress', id, calls: 0, isPart: false }, NONE, NONE, NONE);
      },
    },
    'writes without end': {
      calls: ({ id }) => {
        flood({ type: 'progress', id, calls: 0, isPart: false }, NONE, Buffer.alloc(65_536), NONE);
      },
    },
    'calls what is not imported, kept': { calls: ({ id }) => send(hostCall(id, { index: 99 })) },
    'calls within constructors what is not imported': {
      instantiate: ({ id }) => send(hostCall(id, { index: 1 })),
    },
    'calls within an access': { access: ({ id }) => send(hostCall(id)) },
    'calls for another instance': { calls: ({ id }) => send(hostCall(id + 7)) },
    'calls after the end of calls': {
      answer: ({ id }) => {
        send(progress(id), RESULT, NONE, NONE);
        send(hostCall(id, { call: 2 }));
      },
    },
    'reads other bytes of an instance': { access: ({ id }) => send(accessed(id), Buffer.alloc(1)) },
    'has an instance of text': { access: ({ id }) => send(accessed(id, { value: '1' })) },
    'has an instance of endless memory': {
      access: ({ id }) => send(accessed(id, { value: 1e15 })),
    },
    'has a global of another type': {
      access: ({ id }) => send(accessed(id, { value: { bigint: '1' } })),
    },
    'has no global': { access: ({ id }) => send(accessed(id)) },
    'answers an access twice': {
      access: ({ id }) => {
        send(accessed(id, { value: 1 }));
        send(accessed(id, { value: 1 }));
      },
    },
    'answers accesses without end': {
      access: ({ id }) => {
        flood(accessed(id, { value: 1 }));
      },
    },
    'fails an access without an error': {
      access: ({ id }) => send({ type: 'error', id, error: 1 }),
    },
    'says of its instance that it is closed': {
      access: ({ id }) => send({ type: 'error', id, error: CLOSED }),
    },
    'says of calls that their instance is closed': {
      calls: ({ id }) => send({ type: 'error', id, error: CLOSED }),
    },
    'dies in an access': { access: () => process.kill(process.pid, 'SIGKILL') },
    'dies in calls': { calls: () => process.exit(3) },
    'answers nothing of an instance': { calls: () => undefined, access: () => undefined },
  };

  function sized(value?: Json): Behaviour {
    return {
      operate: (received) =>
        received.order?.kind === 'size'
          ? send(operated(received, value === undefined ? [] : [value]))
          : good['operate']?.(received),
    };
  }

  function entered(...results: Json[]): Behaviour {
    return {
      operate: (received) =>
        received.order?.kind === 'enter'
          ? send(operated(received, results))
          : good['operate']?.(received),
    };
  }

  function called(more: object, ...arrays: Buffer[]): Behaviour {
    return { calls: ({ id }) => send(progress(id, more), ...arrays) };
  }

  return Object.fromEntries(
    Object.entries(behaviours).map(([name, behaviour]) => [
      name,
      (received: Received) => {
        kept ||= received.type === 'instantiate';
        (behaviour[received.type] ?? good[received.type])?.(received);
      },
    ]),
  );
}
