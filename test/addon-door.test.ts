import assert from 'node:assert/strict';

import { ROOT, rustGuest } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { watGuest } from './support/wat.js';

/** Prelude of a script that calls the addon as no wrapper of this package does. */
const PRELUDE = `
  const { addon: load } = require(${JSON.stringify(`${ROOT}/dist/addon/native.js`)});
  const addon = load();
  // Ends the threads at the end of the process: any code may emit the event.
  const shutDown = () => process.emit('exit', 0);
  const limits = { memoryPages: 10, outputBytes: 1000, models: 1, modelBytes: 1, sessions: 1,
    sessionBytes: 1, modelSubgraphs: 1, modelArithmetic: 1, modelActivationBytes: 1, imagePixels: 1, tableElements: 10 };
  const inference = { threads: 1, kernels: 'xnnpack', rewrite: true };
  const options = { files: {}, models: {}, inference, hostModules: [], limits, concurrency: 1, maxQueue: 1 };
  const request = { args: ['x'], env: [], function: 'add', arguments: [1, 2] };
  const open = async (file) => addon.Module.load(await addon.ModuleSource.read(file, file));
  const told = (work) => {
    try {
      const result = work();
      return result instanceof Promise
        ? result.then(() => 'done', (error) => (error instanceof Error ? error.code ?? 'Error' : 'no error'))
        : 'done';
    } catch (error) {
      return error instanceof Error ? error.code ?? error.name : 'no error';
    }
  };
  const say = async (...works) => { for (const work of works) console.log(await told(work)); };`;

async function lines(script: string): Promise<string[]> {
  const output = await scriptOutput(`${PRELUDE}\n(async () => {${script}})();`);
  return output.trimEnd().split('\n');
}

describe('The addon, called directly,', () => {
  let file: string;
  before(async () => {
    file = JSON.stringify(await watGuest('numbers'));
  });

  it('checks the receiver of every accessor and method', async () => {
    const said = await lines(`
      const module = await open(${file});
      const input = new addon.Input(4);
      const classes = [addon.Module, addon.ModuleSource, addon.Model, addon.Input, addon.CompileTurn,
        addon.AbsentLlvmFile];
      const others = [{}, 7, null, undefined, addon, module, input, Object.create(module),
        new Proxy(module, {}), () => 1];
      for (const { prototype } of classes) {
        for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
          const call = property.get ?? property.value;
          if (name === 'constructor' || typeof call !== 'function') continue;
          for (const other of others) {
            if (typeof other === 'object' && other !== null && Object.getPrototypeOf(other) === prototype) continue;
            await say(() => call.call(other));
          }
        }
      }`);
    assert.ok(said.length > 80, String(said.length));
    for (const line of said) assert.match(line, /^(TypeError|ERR_INVALID_ARG_TYPE)$/);
  });

  it('takes no object for another, and constructs none for JavaScript', async () => {
    const said = await lines(`
      const module = await open(${file});
      const input = new addon.Input(4);
      await say(
        () => addon.Module.load(module), () => addon.Module.load({}), () => addon.Module.load(),
        () => module.start({ ...options, models: { m: module } }),
        () => module.start({ ...options, models: { m: {} } }),
        () => module.start({ ...options, files: { '/a': 'text' } }),
        () => module.start({ ...options, files: { '/a': { __proto__: Uint8Array.prototype } } }),
        () => module.start({ ...options, files: { '/a': new Float64Array(1) } }),
        () => module.start({ ...options, concurrency: 0 }),
        () => module.start({ ...options, concurrency: 4e9 }),
        () => module.start(), () => module.start({}),
        () => new addon.Module(), () => new addon.Model({}), () => new addon.ModuleSource('x'),
        () => addon.Module(), () => Reflect.construct(addon.Module, [], Object),
        () => new addon.Input(), () => new addon.Input(-1), () => new addon.Input(NaN), () => new addon.Input(2 ** 52),
        () => input.append('text'), () => input.append(new Uint8Array(5)), () => input.append(),
        () => addon.Model.load(), () => addon.Model.load(7), () => addon.Model.load(module),
        () => addon.ModuleSource.read(), () => addon.ModuleSource.read(7, 7),
        () => addon.compile(), () => addon.compile({}), () => addon.trapName(Symbol()),
        () => addon.dieWithParent(Symbol()));`);
    assert.equal(said.length, 33);
    for (const line of said) assert.notEqual(line, 'done');
    for (const line of said) assert.notEqual(line, 'no error');
  });

  it('has whatever C++ throws become an Error', async () => {
    const said = await lines(`
      const { readFileSync } = require('node:fs');
      const settings = { optimize: 0, generic: false, interruptible: false, meter: false, universal: false };
      const input = readFileSync(${file});
      await say(
        () => addon.compile({ ...settings, input, output: '' }),
        () => addon.compile({ ...settings, input, output: '/proc/none/x' }),
        () => addon.compile({ ...settings, input, output: 'x'.repeat(100000) }),
        () => addon.compile({ ...settings, input: new Uint8Array(), output: '/tmp/x' }),
        () => addon.ModuleSource.read('', ''),
        () => addon.ModuleSource.read('x'.repeat(100000), ''),
        () => addon.ModuleSource.read('/tmp', ''));`);
    assert.equal(said.length, 7);
    for (const line of said) assert.match(line, /^(Error|ERR_MODULE_LOAD|ERR_MODULE_INVALID)$/);
  });

  it('is started once, and every close() settles', async () => {
    const said = await lines(`
      const module = await open(${file});
      await say(() => module.close(), () => module.run(request), () => module.start(options));
      const { promise } = module.run(request);
      await say(() => module.start(options), () => promise);
      await say(() => Promise.all([module.close(), module.close(), module.close()]));
      await say(() => module.close(), () => module.run(request), () => module.start(options),
        () => module.stop(1, 'timeout'));`);
    assert.deepEqual(said, [
      ...['done', 'ERR_CLOSED', 'done'],
      ...['ERR_INVALID_ARGUMENT', 'done'],
      'done',
      ...['done', 'ERR_CLOSED', 'ERR_INVALID_ARGUMENT', 'done'],
    ]);
  });

  it('looks again at what is there after JavaScript ran', async () => {
    const evil = (object: string, name: string): string =>
      `Object.defineProperty({ ...${object} }, '${name}', { get() { shutDown(); return ${object}.${name}; } })`;
    for (const [script, expected] of [
      [`() => module.run(${evil('request', 'args')})`, 'ERR_CLOSED'],
      [`() => module.run(${evil('request', 'arguments')})`, 'ERR_CLOSED'],
      [
        `() => module.run({ ...request, timeoutMs: { valueOf() { shutDown(); return 1; } } })`,
        'ERR_CLOSED',
      ],
      [`() => module.stop({ valueOf() { shutDown(); return 1; } }, 'timeout')`, 'done'],
      [`() => other.start(${evil('options', 'files')})`, 'ERR_CLOSED'],
      [
        `() => other.start({ ...options, get maxQueue() { other.start(options); return 1; } })`,
        'ERR_INVALID_ARGUMENT',
      ],
      [
        `() => { Object.defineProperty(Object.prototype, 'ticket', { configurable: true, set() { shutDown(); } });
           try { return module.run(request); } finally { delete Object.prototype.ticket; } }`,
        'done',
      ],
    ] as const) {
      const said = await lines(`
        const [module, other] = [await open(${file}), await open(${file})];
        module.start(options);
        await say(${script});`);
      assert.deepEqual(said, [expected], script);
    }
  });

  it('frees an input that no run took, and takes each once', async () => {
    const tour = JSON.stringify(rustGuest('std-tour'));
    const said = await lines(`
      const module = await open(${tour});
      module.start({ ...options, limits: { ...limits, memoryPages: 100 } });
      const stdin = new addon.Input(3);
      stdin.append(Buffer.from('ab'));
      stdin.append(Buffer.from('c'));
      const run = async () => {
        const { stdout } = await module.run({ args: ['x', 'cat'], env: [], stdin }).promise;
        console.log(stdout.length);
      };
      await run();
      await run();
      for (let count = 0; count < 100; ++count) new addon.Input(2 ** 30);
      await module.close();`);
    assert.deepEqual(said, ['3', '0']);
  });
});
