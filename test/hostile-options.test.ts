import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions, RunOptions } from 'wasmedge-embed';
import { createHandler } from 'wasmedge-embed/lambda';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const BYTES = Buffer.from('content');

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const sparse = (length: number): unknown[] => {
  const array: unknown[] = ['a'];
  array.length = length;
  return array;
};
const throwing = {
  get args(): never {
    throw new RangeError('mine');
  },
};
const model = (more: object): object => ({ models: { m: { file: BYTES, ...more } } });

const LOAD: [string, unknown][] = [
  ['args', { args: sparse(3) }],
  ['args', { args: sparse(2 ** 32 - 1) }],
  ['args', { args: Object.assign([7], { map: () => ['a'] }) }],
  ['args', { args: revoked([]) }],
  ['options', revoked({})],
  ['options', throwing],
  ['env', { env: revoked({}) }],
  ['files', { files: revoked({}) }],
  ['files', { files: { '/a': revoked({}) } }],
  ['files', { files: { '/a': Object.create(Uint8Array.prototype) as object } }],
  ['models', { models: revoked({}) }],
  ['models', { models: { m: revoked({}) } }],
  ['models', { models: { m: Object.create(Uint8Array.prototype) as object } }],
  ['limits', { limits: revoked({}) }],
  ['labels', model({ labels: sparse(2) })],
  ['labels', model({ labels: revoked([]) })],
  ['mean', model({ normalize: { mean: sparse(3), scale: 1 } })],
  ['mean', model({ normalize: { mean: [1, , 2], scale: 1 } })], // eslint-disable-line no-sparse-arrays
  [
    'scale',
    model({ normalize: { mean: 1, scale: Object.assign([1, 2, 'x'], { every: () => true }) } }),
  ],
  ['workerProcess', { workerProcess: revoked({}) }],
  ['hostModules', { hostModules: sparse(2) }],
];

const RUN: [string, unknown][] = [
  ['options', revoked({})],
  ['options', throwing],
  ['args', { args: sparse(3) }],
  ['env', { env: revoked({}) }],
  ['stdin', { stdin: Object.create(Uint8Array.prototype) as object }],
  ['stdin', { stdin: revoked(new Uint8Array(1)) }],
  ['signal', { signal: revoked({}) }],
];

describe('Options that are made to deceive', () => {
  it('are ERR_INVALID_ARGUMENT when a module is loaded', async () => {
    for (const [index, [name, options]] of LOAD.entries()) {
      const error = await fails('ERR_INVALID_ARGUMENT', loadModule(TOUR, options as LoadOptions));
      assert.ok(error.message.includes(name), `${index}: ${error.message}`);
    }
  });

  it('are ERR_INVALID_ARGUMENT when it is run or called', async () => {
    await withModule(TOUR, {}, async (module) => {
      for (const [index, [name, options]] of RUN.entries()) {
        const error = await fails('ERR_INVALID_ARGUMENT', module.run(options as RunOptions));
        assert.ok(error.message.includes(name), `${index}: ${error.message}`);
      }
      await fails('ERR_INVALID_ARGUMENT', module.invoke('_start', revoked([]) as number[]));
    });
    await fails('ERR_INVALID_ARGUMENT', compileModule(TOUR, temporaryPath('x.so'), revoked({})));
  });

  it('a variable may be named __proto__, and is not lost', async () => {
    const env = JSON.parse('{"__proto__":"kept"}') as Record<string, string>;
    await withModule(TOUR, { env, args: ['env'] }, async (module) => {
      assert.match((await module.run()).stdout.toString(), /__proto__=kept/);
      assert.match((await module.run({ env })).stdout.toString(), /__proto__=kept/);
    });
  });

  it('bytes have the length that they have, whatever they say', async () => {
    const bytes = Object.defineProperties(new Uint8Array(1000), {
      length: { value: 1 },
      byteLength: { value: 1 },
    });
    const { limit } = await fails(
      'ERR_LIMIT',
      loadModule(TOUR, { files: { '/a': bytes }, limits: { fileBytes: 10 } }),
    );
    assert.equal(limit, 'fileBytes');
    await withModule(TOUR, { args: ['cat'], limits: { stdinBytes: 2000 } }, async (module) => {
      assert.equal((await module.run({ stdin: bytes })).stdout.length, 1000);
    });
  });

  for (const isolation of ISOLATIONS) {
    it(`pipes are no files, no models, no labels and no modules (${isolation})`, async () => {
      const pipe = temporaryPath('pipe');
      execFileSync('mkfifo', [pipe]);
      const load = (options: LoadOptions, file = TOUR): Promise<unknown> =>
        loadModule(file, { isolation, ...options });
      await fails('ERR_INVALID_ARGUMENT', load({ files: { '/a': pipe } }));
      await fails('ERR_MODEL', load({ models: { m: pipe } }));
      await fails('ERR_MODEL', load({ models: { m: { file: SMALL_MODEL, labels: pipe } } }));
      await fails('ERR_MODULE_LOAD', load({}, pipe));
      const module = temporaryPath('module.wasm');
      writeFileSync(module, '\0asm\x01\0\0\0');
      execFileSync('mkfifo', [`${module}.aot.json`]);
      await fails('ERR_MODULE_INVALID', load({}, module));
    });
  }

  it('a pipe is not compiled', async () => {
    const pipe = temporaryPath('pipe');
    execFileSync('mkfifo', [pipe]);
    await fails('ERR_MODULE_LOAD', compileModule(pipe, temporaryPath('x.so')));
  });

  it('files are measured before they are read, and a side file of more than 64 KiB is none', async () => {
    const large = temporaryPath('large');
    writeFileSync(large, '');
    // More than one buffer can hold.
    truncateSync(large, 2 ** 43);
    await fails(
      'ERR_LIMIT',
      loadModule(TOUR, { files: { '/a': large }, limits: { fileBytes: 10 } }),
    );
    const module = temporaryPath('module.wasm');
    writeFileSync(module, '\0asm\x01\0\0\0');
    writeFileSync(`${module}.aot.json`, '{');
    await fails('ERR_MODULE_INVALID', loadModule(module));
    truncateSync(`${module}.aot.json`, 64 * 1024 + 1);
    await (await loadModule(module)).close();
  });

  it('what is quoted of them cannot obey: no control character in any message', async () => {
    const evil = `\u001b[2J\u202e\u0007${'x'.repeat(100_000)}`;
    for (const work of [
      () => loadModule(evil),
      () => loadModule(TOUR, { [evil]: 1 }),
      () =>
        loadModule(TOUR, {
          args: [7 as unknown as string],
          env: { [evil]: 7 as unknown as string },
        }),
      () => loadModule(TOUR, { env: { [evil]: 7 as unknown as string } }),
      () => loadModule(TOUR, { files: { [`/${evil}`]: '' } }),
      () => loadModule(TOUR, { files: { '/a': evil } }),
      () => loadModule(TOUR, { models: { [evil]: BYTES } }),
      () => loadModule(TOUR, { models: { m: evil } }),
      () => loadModule(TOUR, { isolation: evil as 'subprocess' }),
    ]) {
      const { message } = await work().then(
        () => assert.fail('it was taken'),
        (error: unknown) => error as Error,
      );
      // eslint-disable-next-line no-control-regex -- they are what must not be there
      assert.doesNotMatch(message, /[\0-\x08\x0b-\x1f\x7f\u202e]/);
      assert.ok(message.length < 500_000);
    }
  });
});

describe("The Lambda handler's options", () => {
  for (const [name, options] of [
    ...LOAD.filter(([name]) => name === 'options'),
    ['limits', { limits: revoked({}) }],
    ['dimensions', { metrics: { namespace: 'a', dimensions: revoked({}) } }],
    ['origins', { cors: { origins: sparse(2) } }],
    ['warmUp', { warmUp: Object.create(Uint8Array.prototype) as object }],
  ] as [string, unknown][]) {
    it(`are refused where they are made to deceive: ${name}`, async () => {
      const error = await fails('ERR_INVALID_ARGUMENT', () => createHandler(options as never));
      assert.match(error.message, new RegExp(name));
    });
  }
});
