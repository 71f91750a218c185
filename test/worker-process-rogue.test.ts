import assert from 'node:assert/strict';
import { Socket } from 'node:net';

import { WasmEdgeError } from 'wasmedge-embed';

import {
  ForwardedStreams,
  HeldLane,
  HeldStreams,
  RunStreams,
  WorkerPool,
  readAnswer,
} from './support/internals.js';
import type { WorkerStart } from './support/internals.js';
import { misbehaviour } from './support/misbehaviour.js';
import { random } from './support/random.js';
import { rogueScript } from './support/rogue-script.js';
import { childrenOf, eventually } from './support/workers.js';

// Another process may run the same program at the same time.
const SCRIPT = rogueScript();
const REQUEST = { args: ['guest'], env: [], stdin: Buffer.from('in'), timeoutMs: 400 };
const SETTINGS = {
  ...{ workers: 1, concurrency: 1, maxQueue: 10, maxWaiting: 0, graceMs: 50, unresponsiveMs: 1000 },
  ...{ recycleAfterRuns: 1000, recycleAboveBytes: Number.MAX_SAFE_INTEGER },
};

/** A pool of processes that misbehave in this way. */
function roguePool(rogue: string, seed = 1): InstanceType<typeof WorkerPool> {
  return new WorkerPool(rogueStart({ ROGUE: rogue, ROGUE_SEED: String(seed) }), SETTINGS);
}

function rogueStart(env: Record<string, string>): WorkerStart {
  const message = {
    type: 'load',
    settings: { file: 'guest.so', limits: { outputBytes: 2 ** 20 } },
  };
  return {
    ...{ script: SCRIPT, folder: process.cwd(), env, message, arrays: [] },
  } as unknown as WorkerStart;
}

/** Every process of the test, including those left behind. */
const rogues = (): number[] => childrenOf(undefined, SCRIPT);

function requireOurs(error: unknown): asserts error is WasmEdgeError {
  assert.ok(error instanceof WasmEdgeError, String(error));
  assert.equal(Object.getPrototypeOf(error), WasmEdgeError.prototype);
  // 16,384 characters, each of which may be escaped.
  assert.ok(error.message.length < 100_000);
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(error.message, /[\0-\x08\x0b-\x1f\u202e]/);
  assert.equal('isAdmin' in error, false);
  assert.equal('a' in error, false);
}

/** Runs in a pool that is then closed: all settle. */
async function survive(pool: InstanceType<typeof WorkerPool>): Promise<unknown[]> {
  const runs = await Promise.allSettled([1, 2].map(() => pool.execute(REQUEST, undefined)));
  await pool.close();
  for (const run of runs) if (run.status === 'rejected') requireOurs(run.reason);
  return runs.map((run): unknown => (run.status === 'rejected' ? run.reason : run.value));
}

describe('A worker process that has been taken over and', () => {
  const { before, during } = misbehaviour(new Socket());
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', onWarning);
  });
  afterEach(() => {
    process.off('warning', onWarning);
    const left = rogues();
    for (const pid of left) process.kill(pid, 'SIGKILL');
    assert.deepEqual(left, []);
  });

  for (const name of Object.keys(before)) {
    it(`${name} is a module that cannot be loaded`, async () => {
      const used = process.memoryUsage();
      const pool = roguePool(name);
      const error: unknown = await pool.open().then(
        () => assert.fail('it was opened'),
        (reason: unknown) => reason,
      );
      requireOurs(error);
      assert.equal(error.code, name.startsWith('fails and stays') ? 'ERR_TRAP' : error.code);
      await pool.close();
      assert.ok(process.memoryUsage().arrayBuffers - used.arrayBuffers < 64 * 2 ** 20);
    });
  }

  for (const name of Object.keys(during)) {
    it(`${name} costs its own runs`, async () => {
      const pool = roguePool(name);
      await pool.open();
      const outcomes = await survive(pool);
      assert.equal(outcomes.length, 2);
      assert.ok(warnings.length <= 1);
      for (const { name: kind } of warnings) assert.equal(kind, 'Warning');
    });
  }

  for (const name of Object.keys(during).filter((each) => /stream|wants/.test(each))) {
    it(`${name} costs its own runs, which have streams`, async () => {
      const pool = roguePool(name);
      await pool.open();
      const used = process.memoryUsage();
      let pulled = 0;
      const stdin = {
        next: () => {
          pulled += 65_536;
          return Promise.resolve(new Uint8Array(65_536));
        },
        cancel: () => undefined,
      };
      const stdout = {
        write: () => new Promise<void>(() => undefined),
        onFailure: () => undefined,
        release: () => undefined,
      };
      const streams = new RunStreams({ stdin, stdout, stderr: undefined }, Infinity);
      const outcome: unknown = await pool
        .execute({ ...REQUEST, stdin: undefined }, streams.signal, undefined, streams)
        .catch((error: unknown) => error);
      requireOurs(outcome);
      assert.match(outcome.code, /^ERR_(WORKER_DIED|TIMEOUT)$/);
      streams.end();
      await pool.close();
      assert.ok(pulled <= 8 * 65_536, `${pulled} bytes were pulled`);
      assert.ok(process.memoryUsage().arrayBuffers - used.arrayBuffers < 64 * 2 ** 20);
    });
  }

  it('sends what a random program makes of an answer costs its own runs', async () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const pools = seeds.map((seed) => roguePool('behaves at random', seed * 7919));
    await Promise.all(pools.map((pool) => pool.open().then(() => survive(pool))));
  });

  it('replaces another without being taken for compiled where it is not', async () => {
    const pool = new WorkerPool(rogueStart({ ROGUE_MODE: 'interpreter' }), SETTINGS);
    await pool.open();
    for (const ROGUE_MODE of ['interpreter', 'aot']) {
      const mode = await new Promise((resolve) => {
        pool.renew(rogueStart({ ROGUE_MODE }), resolve);
      });
      assert.deepEqual([mode, pool.mode], [ROGUE_MODE, ROGUE_MODE]);
    }
    await pool.close();
  });

  it('is told of in words of one line each', async () => {
    const pool = roguePool('writes to its standard error without end');
    await pool.open();
    const [error] = await survive(pool);
    assert.match(String(error), /ERR_WORKER_DIED|ended by SIGSEGV.*Its last output:\n/s);
  });
});

describe('A worker process that cannot be started, for want of memory or descriptors,', () => {
  it('is tried again later, and those who wait are told', async () => {
    const start = {
      script: 'none',
      folder: '/',
      message: { settings: { limits: {} } },
      arrays: [],
    };
    for (const env of [
      // Refused by the system, like a process without memory, and refused by Node.
      { LONG: 'x'.repeat(2 ** 22) },
      { NUL: '\0' },
    ]) {
      const pool = new WorkerPool({ ...start, env } as unknown as WorkerStart, SETTINGS);
      const error: unknown = await pool.open().catch((reason: unknown) => reason);
      requireOurs(error);
      assert.equal(error.code, 'ERR_WORKER_DIED');
      assert.match(error.message, /could not be started/);
      await pool.close();
    }
    const good = roguePool('behaves, but does not end');
    await good.open();
    await good.execute(REQUEST, undefined);
    const [worker] = rogues();
    const broken = Object.assign(process, { execPath: process.execPath });
    const { execPath } = process;
    broken.execPath = '/nowhere/node';
    try {
      process.kill(worker!, 'SIGKILL');
      await eventually(() => rogues().length === 0);
      const error: unknown = await good.execute(REQUEST, undefined).catch((e: unknown) => e);
      requireOurs(error);
    } finally {
      broken.execPath = execPath;
    }
    await good.execute({ ...REQUEST, timeoutMs: 20_000 }, undefined);
    await good.close();
    assert.deepEqual(rogues(), []);
  });
});

describe('The output of a guest in a worker process', () => {
  it('is sent in so many messages before they are taken, however small they are', () => {
    let sent = 0;
    const { streams } = new ForwardedStreams(1, { stdout: 'stream' }, () => {
      sent++;
    });
    const outlet = streams.outlet('stdout');
    while (!outlet?.write(Buffer.alloc(1))) assert.ok(sent < 1000, `${sent} messages`);
    assert.equal(sent, 256);
    streams.end();
  });
});

describe('The streams of a run in a worker process', () => {
  const STDOUT = {
    write: () => undefined,
    onFailure: () => undefined,
    release: () => undefined,
  };
  const output = {
    type: 'stream-output',
    id: 1,
    stream: 'stdout',
    bytes: Buffer.alloc(1),
  } as const;

  it('take no more in messages than a window that the process was told to be taken', () => {
    const streams = new RunStreams(
      { stdin: undefined, stdout: STDOUT, stderr: undefined },
      Infinity,
    );
    // It does not read messages.
    const held = new HeldStreams(streams, () => undefined);
    let taken = 0;
    assert.throws(() => {
      for (; taken < 1000; taken++) held.take(output);
    }, /more output than its window allows/);
    assert.equal(taken, 256);
    streams.end();
  });

  it('take none in messages where they go through the lane', () => {
    const streams = new RunStreams(
      { stdin: undefined, stdout: STDOUT, stderr: undefined },
      Infinity,
    );
    const sockets = { stdout: new Socket(), stderr: new Socket() };
    const held = new HeldLane(streams, sockets, () => undefined);
    assert.throws(() => {
      held.take(output);
    }, /output outside its lane/);
    assert.throws(() => {
      held.take({ type: 'stream-wanted', id: 1 });
    }, /a request for input/);
    streams.end();
  });
});

describe('What a worker process says', () => {
  it('is an answer or malformed, whatever it is, and never anything else', () => {
    const below = random(20);
    const answers = [
      '{"type":"ready","mode":"aot","identity":"x"}',
      '{"type":"externals","imports":[],"exports":[{"name":"f","kind":"function","params":["i32"],"results":[]}],"isLast":false}',
      '{"type":"result","id":1,"result":{"exitCode":0,"exited":true,"value":{"bigint":"-9"},"timings":{"queueMs":0,"instantiateMs":1,"executeMs":2}}}',
      '{"type":"error","id":1,"error":{"family":true,"name":"x","message":"y","fields":{"code":"ERR_TRAP","trap":"unreachable"},"cause":{"family":false,"name":"Error","message":"z","fields":{"errno":-2}}}}',
      '{"type":"warning","code":"WASMEDGE_EMBED_INTERPRETED","message":"m"}',
      '{"type":"compile","totalMs":4,"output":"/x"}',
      '{"type":"stream-output","id":1,"stream":"stdout"}',
      '{"type":"result","id":1,"streamed":[1,2],"result":{"exitCode":0,"exited":true,"timings":{"queueMs":0,"instantiateMs":1,"executeMs":2}}}',
    ];
    const pieces = [
      'null',
      '{}',
      '[]',
      '""',
      '-1',
      '1e999',
      'true',
      '{"__proto__":{"type":"pong"}}',
    ];
    let understood = 0;
    for (let round = 0; round < 20_000; ++round) {
      let text = answers[below(answers.length)]!;
      // Changes some value, or some character.
      const values = [...text.matchAll(/(?<=[:[,])("[^"]*"|-?\d+|true|\{\}|\[\])/g)];
      const value = values[below(values.length)];
      text = below(2)
        ? text.slice(0, value!.index) +
          pieces[below(pieces.length)]! +
          text.slice(value!.index + value![0].length)
        : text.replace(text[below(text.length)]!, String.fromCharCode(below(128)));
      let sent: unknown;
      try {
        sent = JSON.parse(text);
      } catch {
        continue;
      }
      try {
        readAnswer(sent, [Buffer.alloc(1), Buffer.alloc(1)]);
        ++understood;
      } catch (error) {
        assert.equal((error as Error).name, 'Malformed', `${text}: ${String(error)}`);
      }
    }
    assert.ok(understood > 100, `${understood}`);
    assert.equal('type' in {}, false);
  });
});
