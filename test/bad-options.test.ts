import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { CompileOptions, LoadOptions, RunOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const BYTES = Buffer.from('content');

/** Values that are not objects of options. */
const NO_OPTIONS: [string, unknown][] = [null, 7, 'text', true, [], BYTES].map((options) => [
  'options',
  options,
]);

/** The members of `limits`. */
const LIMITS = [
  ...['timeoutMs', 'memoryPages', 'outputBytes', 'fuel', 'models', 'modelBytes', 'sessions'],
  ...['modelSubgraphs', 'modelArithmetic', 'modelActivationBytes'],
  ...['sessionBytes', 'imagePixels', 'argumentBytes', 'stdinBytes', 'fileBytes'],
];

/** Wrong limits of compiling. */
const COMPILE_LIMITS = ['timeoutMs', 'memoryBytes'].flatMap((name) =>
  [0, -1, 1.5, '1', null, Infinity, 2 ** 53].map((value) => [name, value] as const),
);

/** Wrong values of options, with the name that the message must contain. */
const LOAD: [string, unknown][] = [
  ...NO_OPTIONS,
  ['isolation', { isolation: 'thread' }],
  ['isolation', { isolation: 'none' }],
  ['isolation', { isolation: null }],
  ['argv0', { argv0: 7 }],
  ['argv0', { argv0: 'nul\0' }],
  ['args', { args: 'text' }],
  ['args', { args: { 0: 'a' } }],
  ['args', { args: null }],
  ['args[1]', { args: ['a', 7] }],
  ['args[0]', { args: ['nul\0'] }],
  ['args[0]', { args: [undefined] }],
  ['env', { env: 'A=1' }],
  ['env', { env: ['A=1'] }],
  ['env', { env: null }],
  ['env.A', { env: { A: 1 } }],
  ['env.A', { env: { A: undefined } }],
  ['env.A', { env: { A: 'nul\0' } }],
  ['env', { env: { '': '1' } }],
  ['env', { env: { 'A=B': '1' } }],
  ['env', { env: { 'A\0': '1' } }],
  ['files', { files: [] }],
  ['files', { files: 'a' }],
  ['files', { files: null }],
  ['files', { files: BYTES }],
  ['files', { files: { relative: BYTES } }],
  ['files', { files: { '/nul\0': BYTES } }],
  ['files', { files: { '/models/x.json': BYTES } }],
  ['files', { files: { '/models': BYTES } }],
  ["files['/a']", { files: { '/a': '' } }],
  ["files['/a']", { files: { '/a': 7 } }],
  ["files['/a']", { files: { '/a': null } }],
  ["files['/a']", { files: { '/a': temporaryPath('missing') } }],
  ['/a/', { files: { '/a/': BYTES } }],
  ['/a//b', { files: { '/a//b': BYTES } }],
  ['/a/../b', { files: { '/a/../b': BYTES } }],
  ['/', { files: { '/': BYTES } }],
  ['/a', { files: { '/a': BYTES, '/a/b': BYTES } }],
  ['n'.repeat(100), { files: { [`/${'n'.repeat(300)}`]: BYTES } }],
  ['models', { models: [] }],
  ['models', { models: 'a.tflite' }],
  ['models', { models: null }],
  ['models', { models: { '': BYTES } }],
  ['models', { models: { '../a': BYTES } }],
  ['models', { models: { '.hidden': BYTES } }],
  ['models', { models: { ['m'.repeat(65)]: BYTES } }],
  ['models.m', { models: { m: 7 } }],
  ['models.m', { models: { m: null } }],
  ['models.m', { models: { m: '' } }],
  ['models.m', { models: { m: {} } }],
  ['models.m', { models: { m: { file: 7 } } }],
  ['models.m', { models: { m: { file: BYTES, unknown: 1 } } }],
  ['models.m.labels', { models: { m: { file: BYTES, labels: 7 } } }],
  ['models.m.labels[0]', { models: { m: { file: BYTES, labels: [7] } } }],
  ['models.m.normalize', { models: { m: { file: BYTES, normalize: 7 } } }],
  ['models.m.normalize.mean', { models: { m: { file: BYTES, normalize: { scale: 1 } } } }],
  [
    'models.m.normalize.scale',
    { models: { m: { file: BYTES, normalize: { mean: 1, scale: NaN } } } },
  ],
  [
    'models.m.normalize.mean',
    { models: { m: { file: BYTES, normalize: { mean: [1, 2], scale: 1 } } } },
  ],
  ['inference', { inference: 1 }],
  ['inference', { inference: null }],
  ['inference', { inference: { rewrites: true } }],
  ['inference.threads', { inference: { threads: 0 } }],
  ['inference.threads', { inference: { threads: 65 } }],
  ['inference.threads', { inference: { threads: 1.5 } }],
  ['inference.threads', { inference: { threads: '2' } }],
  ['inference.kernels', { inference: { kernels: 'fast' } }],
  ['inference.kernels', { inference: { kernels: null } }],
  ['inference.kernels', { inference: { kernels: 'reference' } }],
  ['hostModules', { hostModules: 'wasmedge_image' }],
  ['hostModules', { hostModules: null }],
  ['hostModules[0]', { hostModules: [7] }],
  ['hostModules', { hostModules: ['wasmedge_process'] }],
  ['hostModules', { hostModules: ['wasmedge_image', ''] }],
  ['limits.imagePixels', { limits: { imagePixels: 0 } }],
  ['inference.rewrite', { inference: { rewrite: 'no' } }],
  ['aot', { aot: true }],
  ['aot', { aot: 'on' }],
  ['aot', { aot: null }],
  ['trusted', { trusted: 'no' }],
  ['trusted', { trusted: null }],
  ['signal', { signal: new AbortController() }],
  ['signal', { signal: null }],
  ['compile', { compile: 60 }],
  ['compile', { compile: null }],
  ['compile', { compile: { timeout: 1 } }],
  ['compile.signal', { compile: { signal: true } }],
  ...COMPILE_LIMITS.map(([name, value]): [string, unknown] => [
    `compile.${name}`,
    { compile: { [name]: value } },
  ]),
  ['concurrency', { concurrency: 0 }],
  ['concurrency', { concurrency: -1 }],
  ['concurrency', { concurrency: 257 }],
  ['concurrency', { concurrency: 1.5 }],
  ['concurrency', { concurrency: NaN }],
  ['concurrency', { concurrency: Infinity }],
  ['concurrency', { concurrency: '2' }],
  ['concurrency', { concurrency: 2n }],
  ['concurrency', { concurrency: null }],
  ['maxQueue', { maxQueue: -1 }],
  ['maxQueue', { maxQueue: 1_000_001 }],
  ['maxQueue', { maxQueue: 0.5 }],
  ['maxQueue', { maxQueue: '1' }],
  ['limits', { limits: 1000 }],
  ['limits', { limits: null }],
  ['limits', { limits: [] }],
  ['limits', { limits: { memory: 1 } }],
  ...LIMITS.flatMap((name): [string, unknown][] => [
    [`limits.${name}`, { limits: { [name]: -1 } }],
    [`limits.${name}`, { limits: { [name]: 1.5 } }],
    [`limits.${name}`, { limits: { [name]: '1' } }],
    [`limits.${name}`, { limits: { [name]: null } }],
    [`limits.${name}`, { limits: { [name]: Infinity } }],
  ]),
  ['limits.timeoutMs', { limits: { timeoutMs: 0 } }],
  ['limits.timeoutMs', { limits: { timeoutMs: 2 ** 31 } }],
  ['limits.memoryPages', { limits: { memoryPages: 0 } }],
  ['limits.memoryPages', { limits: { memoryPages: 65_537 } }],
  ['limits.fuel', { limits: { fuel: 0 } }],
  // Options of a run, of a module's limits, and none at all.
  ['stdin', { stdin: 'text' }],
  ['timeoutMs', { timeoutMs: 1000 }],
  ['Concurrency', { Concurrency: 2 }],
];

const RUN: [string, unknown][] = [
  ...NO_OPTIONS,
  ['stdin', { stdin: 7 }],
  ['stdin', { stdin: null }],
  ['stdin', { stdin: {} }],
  ['stdin', { stdin: [1, 2] }],
  ['stdin', { stdin: 1n }],
  ['stdin', { stdin: Symbol('stdin') }],
  ['stdin', { stdin: (): string => 'text' }],
  ['argv0', { argv0: 7 }],
  ['argv0', { argv0: 'nul\0' }],
  ['args', { args: 'text' }],
  ['args', { args: null }],
  ['args[0]', { args: [7] }],
  ['args[0]', { args: ['nul\0'] }],
  ['env', { env: [] }],
  ['env', { env: null }],
  ['env.A', { env: { A: 1 } }],
  ['env', { env: { 'A=B': '1' } }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['timeoutMs', { timeoutMs: 1.5 }],
  ['timeoutMs', { timeoutMs: '1000' }],
  ['timeoutMs', { timeoutMs: 2 ** 31 }],
  ['timeoutMs', { timeoutMs: Infinity }],
  ['timeoutMs', { timeoutMs: null }],
  ['signal', { signal: new AbortController() }],
  ['signal', { signal: true }],
  ['signal', { signal: null }],
  ['limits', { limits: {} }],
  ['input', { input: 'text' }],
];

const COMPILE: [string, unknown][] = [
  ...NO_OPTIONS,
  ['optimize', { optimize: -1 }],
  ['optimize', { optimize: 4 }],
  ['optimize', { optimize: 1.5 }],
  ['optimize', { optimize: 's' }],
  ['optimize', { optimize: null }],
  ['generic', { generic: 1 }],
  ['generic', { generic: 'true' }],
  ['interruptible', { interruptible: null }],
  ['meter', { meter: 'yes' }],
  ['signal', { signal: true }],
  ...COMPILE_LIMITS.map(([name, value]): [string, unknown] => [name, { [name]: value }]),
  ['unknown', { unknown: true }],
];

const NO_PATH: unknown[] = [undefined, null, '', 7, {}, [], 'nul\0', new URL('file:///guest.wasm')];

/** A wrong value, as a message shows it. */
function shown(value: unknown): string {
  const text = inspect(value, { breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

async function refuses(named: string, attempt: Promise<unknown>, what: unknown): Promise<void> {
  const { message } = await fails('ERR_INVALID_ARGUMENT', attempt);
  assert.ok(message.includes(named), `${shown(what)}: ${named} is not in "${message}"`);
}

describe('Bad arguments are an ERR_INVALID_ARGUMENT that names the option', () => {
  it('of loadModule', async () => {
    for (const [named, options] of LOAD) {
      await refuses(named, loadModule(TOUR, options as LoadOptions), options);
    }
  });

  it('of run, and the module works on', async () => {
    await withModule(TOUR, { args: ['cat'] }, async (module) => {
      for (const [named, options] of RUN) {
        await refuses(named, module.run(options as RunOptions), options);
      }
      assert.equal((await module.run({ stdin: 'works' })).stdout.toString(), 'works');
    });
  });

  it('of compileModule', async () => {
    const output = temporaryPath('refused.so');
    for (const [named, options] of COMPILE) {
      await refuses(named, compileModule(TOUR, output, options as CompileOptions), options);
    }
    for (const path of NO_PATH) {
      await refuses('input', compileModule(path as string, output), path);
      await refuses('output', compileModule(TOUR, path as string), path);
    }
  });

  it('of a path', async () => {
    const noUrl = [new URL('https://localhost/guest.wasm'), 'file://elsewhere/guest.wasm'];
    for (const path of [...NO_PATH.filter((each) => !(each instanceof URL)), ...noUrl]) {
      await refuses('file', loadModule(path as string), path);
      await refuses('file', inspectModule(path as string), path);
    }
  });

  it('is told by a rejected promise and never thrown', () => {
    const attempts = [
      loadModule(undefined as unknown as string),
      inspectModule(undefined as unknown as string),
      compileModule(undefined as unknown as string, ''),
      loadModule(TOUR, null as unknown as LoadOptions),
    ];
    return Promise.all(attempts.map((attempt) => fails('ERR_INVALID_ARGUMENT', attempt)));
  });

  it('lists the known options where one is unknown', async () => {
    const options = { concurency: 2 } as LoadOptions;
    const { message } = await fails('ERR_INVALID_ARGUMENT', loadModule(TOUR, options));
    assert.match(message, /concurency.*Known are:.*concurrency.*maxQueue/);
  });

  it('takes undefined for each option as not given', async () => {
    const none = {
      ...{ isolation: undefined, args: undefined, env: undefined, files: undefined },
      ...{ models: undefined, inference: undefined, aot: undefined },
      ...{ concurrency: undefined, maxQueue: undefined, limits: undefined },
      ...{ trusted: undefined, compile: undefined, signal: undefined },
    } as unknown as LoadOptions;
    await withModule(TOUR, none, async (module) => {
      const run = {
        ...{ stdin: undefined, args: undefined, env: undefined },
        ...{ timeoutMs: undefined, signal: undefined },
      } as unknown as RunOptions;
      assert.equal((await module.run(run)).exitCode, 64, 'the usage of a guest without arguments');
      assert.equal((await module.run(undefined)).exitCode, 64);
    });
  });
});
