import { setTimeout as delay } from 'node:timers/promises';

import { WrongAnswer, assembled, randomNumbers } from './traffic.mjs';

/** Guests of a module that may wait for JavaScript beside those that run, each with a thread. */
export const maxWaiting = 8;

/** The actions of the soak's host function, by what its guest asks for. */
const asks = {
  answer: 0,
  promise: 1,
  throw: 2,
  reject: 3,
  look: 4,
  reenter: 5,
  deeper: 6,
  trapWithin: 7,
  never: 8,
  wrong: 9,
};

/**
 * Modules whose guests ask and remember, in this process and in another one, and the requests to
 * them.
 */
export class Asking {
  /** How often each kind of request was made. */
  counts = {};
  #library;
  #random = randomNumbers(2);
  #bytes;
  #modules = [];

  /** @param {object} library the package */
  constructor(library) {
    this.#library = library;
  }

  async open() {
    this.#bytes = await assembled(new URL('./asking.wat', import.meta.url));
    this.#modules = [await this.#load('in-process'), await this.#load('worker-process')];
  }

  async close() {
    await Promise.all(this.#modules.map((module) => module.close()));
  }

  /** Makes this many requests, some at the same time. Resolves when all have ended. */
  async burst(size) {
    const lanes = [1, 4, 16][Math.floor(this.#random() * 3)];
    let left = size;
    const work = async () => {
      while (left-- > 0) await this.#one();
    };
    await Promise.all(Array.from({ length: lanes }, work));
    if (this.#random() < 0.1) await this.#reload();
  }

  async settle() {
    // As many threads as allowed, besides those that wait.
    for (const module of this.#modules) {
      await Promise.all([module.call('ask', asks.answer), module.call('ask', asks.answer)]);
    }
  }

  #count(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #load(isolation) {
    return this.#library.loadModule(this.#bytes, {
      ...{
        name: 'asking.wasm',
        isolation,
        aot: 'off',
        concurrency: 2,
        maxQueue: 1000,
        maxWaiting,
      },
      imports: { env: { give } },
    });
  }

  /** The old instance ends while calls of it wait for their host functions. */
  async #reload() {
    const at = Math.floor(this.#random() * this.#modules.length);
    const old = this.#modules[at];
    this.#modules[at] = await this.#load(at === 0 ? 'in-process' : 'worker-process');
    const instance = await old.instantiate();
    const waiting = [old.call('ask', asks.never), instance.call('ask', asks.never)];
    const ended = Promise.all(waiting.map((each) => endOf(each)));
    await old.close();
    for (const end of await ended) require(end, ['ERR_CLOSED']);
    this.#count('close while guests wait');
  }

  async #one() {
    // A worker process takes several times as long.
    const module = this.#modules[this.#random() < 0.8 ? 0 : 1];
    const [name, run] = jobs[Math.floor(this.#random() * jobs.length)];
    await run(module, this.#random);
    this.#count(name);
  }
}

async function give(caller, what) {
  switch (what) {
    case asks.promise:
      await delay(0);
      return 7;
    case asks.throw:
      throw new Error('thrown');
    case asks.reject:
      await Promise.reject(new Error('rejected'));
      return 0;
    case asks.look: {
      await caller.memory.writeString(100, 'hello');
      await caller.memory.grow(1);
      const text = await caller.memory.readString(100, 5);
      await caller.memory.read(2 ** 32 - 1, 100).catch(() => undefined);
      return text === 'hello' ? 7 : 0;
    }
    case asks.reenter:
      await caller.call('push', 1);
      return caller.call('ask', asks.promise);
    case asks.deeper:
      return caller.call('ask', asks.reenter);
    case asks.trapWithin:
      return caller.call('trap');
    case asks.never:
      return new Promise(() => undefined);
    case asks.wrong:
      return 'seven';
    default:
      return 7;
  }
}

const jobs = [
  ...['answer', 'promise', 'look', 'reenter', 'deeper'].map((what) => [
    `host function: ${what}`,
    async (module) => require(await endOf(module.call('ask', asks[what])), 7),
  ]),
  ...[
    ['throw', 'ERR_HOST_FUNCTION'],
    ['reject', 'ERR_HOST_FUNCTION'],
    ['wrong', 'ERR_HOST_FUNCTION'],
    ['trapWithin', 'ERR_TRAP'],
  ].map(([what, code]) => [
    `host function: ${what}`,
    async (module) => require(await endOf(module.call('ask', asks[what])), [code]),
  ]),
  ['abort of a host function', abortOfWait],
  ['time-out of a host function', timeOutOfWait],
  ['instance: small calls', smallCalls],
  ['instance: ends at any time', endsAtAnyTime],
  ['instance: closed while it waits', closedWhileWaiting],
  ['instance: forgotten', forgotten],
];

async function abortOfWait(module, random) {
  const abort = new AbortController();
  const end = endOf(module.invoke('ask', [asks.never], { signal: abort.signal }));
  if (random() < 0.5) await delay(random() * 3);
  abort.abort();
  require(await end, ['ERR_ABORTED']);
}

async function timeOutOfWait(module) {
  require(await endOf(module.invoke('ask', [asks.never], { timeoutMs: 2 })), ['ERR_TIMEOUT']);
}

async function smallCalls(module) {
  const instance = await module.instantiate();
  try {
    const calls = Array.from({ length: 300 }, () => instance.call('push', 1));
    const sums = await Promise.all(calls);
    require(sums.at(-1), 300);
    const many = await instance.callMany(
      'push',
      Array.from({ length: 300 }, () => [1]),
    );
    require(many.at(-1), 600);
    require(await instance.call('ask', asks.reenter), 7);
    require(await instance.call('push', 0), 601);
    await instance.memory.write(65_000, Buffer.alloc(100, 1));
    require((await instance.memory.read(65_099, 1))[0], 1);
  } finally {
    await instance.close();
  }
}

async function endsAtAnyTime(module, random) {
  const instance = await module.instantiate();
  const abort = new AbortController();
  const ends = [
    endOf(instance.call('push', 1)),
    endOf(
      instance.invoke('spin', [], {
        signal: abort.signal,
        timeoutMs: 1 + Math.floor(random() * 5),
      }),
    ),
    endOf(instance.call('push', 1)),
    endOf(instance.memory.read(0, 10)),
  ];
  if (random() < 0.5) {
    await delay(random() * 3);
    abort.abort();
  }
  const [first, spun, behind] = await Promise.all(ends);
  require(first, 1);
  require(spun, ['ERR_ABORTED', 'ERR_TIMEOUT']);
  // A call that was to end before it began leaves the instance alone.
  require(behind, [2, 'ERR_CLOSED']);
  await instance.close();
}

async function closedWhileWaiting(module, random) {
  const instance = await module.instantiate();
  const ends = [endOf(instance.call('ask', asks.never)), endOf(instance.call('push', 1))];
  if (random() < 0.5) await delay(random() * 3);
  const closed = instance.close();
  require((await Promise.all(ends))[0], ['ERR_CLOSED']);
  await closed;
}

async function forgotten(module) {
  const instance = await module.instantiate();
  require(await instance.call('ask', asks.answer), 7);
}

/** Its result, or the code of its error. */
async function endOf(promise) {
  try {
    return await promise;
  } catch (error) {
    return error.code ?? error;
  }
}

/** Checks a guest's answer, which must be right whatever else happens at the same time. */
function require(value, expected) {
  const right = Array.isArray(expected) ? expected : [expected];
  if (!right.includes(value)) {
    throw new WrongAnswer(`'${value}' where ${right.join(' or ')} is right`);
  }
}
