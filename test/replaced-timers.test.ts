import assert from 'node:assert/strict';

import { compileModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { RED, colourHandler } from './support/lambda-handler.js';
import { rustGuest } from './support/paths.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const TIMERS = [
  ...(['setImmediate', 'setInterval', 'setTimeout'] as const),
  ...(['clearImmediate', 'clearInterval', 'clearTimeout'] as const),
];

/** The global timers do not work meanwhile, like those of jsdom and fake ones. */
async function withoutTimers<T>(work: () => Promise<T>): Promise<T> {
  const own = TIMERS.map((name) => [name, globalThis[name]]);
  const unusable = (name: string) => (): never => {
    throw new Error(`the global ${name} was used`);
  };
  Object.assign(globalThis, Object.fromEntries(TIMERS.map((name) => [name, unusable(name)])));
  try {
    return await work();
  } finally {
    Object.assign(globalThis, Object.fromEntries(own));
  }
}

describe('Where a test runner has replaced the timers', () => {
  for (const isolation of ISOLATIONS) {
    it(`a large input arrives, ${isolation}`, async () => {
      const stdin = Buffer.alloc(17 * 2 ** 20, 'x');
      const file = rustGuest('std-tour');
      const { stdout } = await withoutTimers(async () => {
        await using module = await loadModule(file, { isolation, args: ['cat'] });
        return await module.run({ stdin, timeoutMs: 60_000 });
      });
      assert.ok(stdin.equals(stdout));
    });
  }

  it('large bodies are read, and have a deadline', async () => {
    await using handler = colourHandler();
    await handler.ready;
    const context = { getRemainingTimeInMillis: () => 60_000 };
    const hexadecimal = RED.toString('hex') + ' '.repeat(2 ** 18);
    const form = [
      '--b\r\nContent-Disposition: form-data; name="image"; filename="red.jpg"\r\n',
      `Content-Transfer-Encoding: base64\r\n\r\n${RED.toString('base64')}\r\n--b--\r\n`,
    ].join('');
    for (const [body, type] of [
      [hexadecimal, 'text/plain'],
      [form, 'multipart/form-data; boundary=b'],
    ] as const) {
      const event = { body, headers: { 'content-type': type } };
      const answer = await withoutTimers(() => handler(event as never, context as never));
      assert.match(JSON.stringify(answer), /red/);
    }
  });

  it('compiling has its time limit', async () => {
    const file = await wasmFile('(module)');
    const { limit } = await withoutTimers(() =>
      fails('ERR_LIMIT', compileModule(file, temporaryPath('late.so'), { timeoutMs: 1 })),
    );
    assert.equal(limit, 'compile');
  });
});
