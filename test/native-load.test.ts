import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { runScript, scriptOutput } from './support/process.js';
import { temporaryPath } from './support/wat.js';

interface Failure {
  code: string;
  message: string;
  isWasmEdgeError: boolean;
}

/** How the work fails in a process with this environment, which then runs `after`. */
async function failureOf(work: string, env: Record<string, string>, after = ''): Promise<Failure> {
  const { code, stdout, stderr } = await runScript(
    `const { WasmEdgeError, loadModule, inspectModel, inspectModule, compileModule } =
       require('wasmedge-embed');
     (async () => {
       const error = await ${work}.then(() => ({ message: 'it succeeded' }), (error) => error);
       ${after}
       const isWasmEdgeError = error instanceof WasmEdgeError;
       console.log(JSON.stringify({ code: error.code, message: error.message, isWasmEdgeError }));
     })();`,
    { env },
  );
  assert.equal(stderr, '');
  assert.equal(code, 0);
  return JSON.parse(stdout) as Failure;
}

const GUEST = JSON.stringify(rustGuest('std-tour'));
const MODEL = JSON.stringify(SMALL_MODEL);

describe('The WasmEdge library', () => {
  const RUNTIME = `require('./dist/addon/native.js').addon().runtime()
    .then(({ path }) => console.log(path));`;

  it('is looked for in WASMEDGE_DIR, then in ~/.wasmedge, then where the system has it', async () => {
    const system = await scriptOutput(RUNTIME, { env: { HOME: temporaryPath('home') } });
    const [named, home] = ['named', 'home'].map((name) => temporaryPath(name));
    for (const folder of [named!, path.join(home!, '.wasmedge')]) {
      mkdirSync(path.join(folder, 'lib'), { recursive: true });
      symlinkSync(system.trim(), path.join(folder, 'lib', 'libwasmedge.so.0'));
    }
    const env = { HOME: home!, WASMEDGE_DIR: named! };
    const expected = (folder: string): string => `${folder}/lib/libwasmedge.so.0\n`;
    assert.equal(await scriptOutput(RUNTIME, { env }), expected(named!));
    assert.equal(
      await scriptOutput(RUNTIME, { env: { ...env, WASMEDGE_DIR: '' } }),
      expected(`${home!}/.wasmedge`),
    );
  });
});

describe('ERR_NATIVE_LOAD', () => {
  it('says where WasmEdge was looked for and what to install; require works', async () => {
    const empty = temporaryPath('empty');
    mkdirSync(empty);
    for (const work of [
      `loadModule(${GUEST})`,
      `inspectModule(${GUEST})`,
      `compileModule(${GUEST}, ${JSON.stringify(path.join(empty, 'x.so'))})`,
    ]) {
      const error = await failureOf(work, { WASMEDGE_DIR: empty });
      assert.equal(error.code, 'ERR_NATIVE_LOAD', error.message);
      assert.ok(error.isWasmEdgeError);
      assert.ok(error.message.includes(path.join(empty, 'lib', 'libwasmedge.so.0')), error.message);
      for (const words of [
        'Debian 13',
        'Ubuntu 25.04',
        'apt-get install libwasmedge0',
        'install.sh',
      ]) {
        assert.ok(error.message.includes(words), error.message);
      }
      assert.match(error.message, /WASMEDGE_DIR/);
    }
  });

  it('gives the reason for a library that is there and cannot be opened', async () => {
    const folder = temporaryPath('broken');
    mkdirSync(path.join(folder, 'lib'), { recursive: true });
    writeFileSync(path.join(folder, 'lib', 'libwasmedge.so.0'), 'no library');
    const error = await failureOf(`loadModule(${GUEST})`, { WASMEDGE_DIR: folder });
    assert.equal(error.code, 'ERR_NATIVE_LOAD');
    assert.match(error.message, /libwasmedge\.so\.0: .*(header|short)/);
  });

  it('may pass: the library is looked for again the next time', async () => {
    const empty = temporaryPath('empty');
    mkdirSync(empty);
    const error = await failureOf(
      `loadModule(${GUEST})`,
      { WASMEDGE_DIR: empty },
      `delete process.env.WASMEDGE_DIR;
       await (await loadModule(${GUEST})).close();`,
    );
    assert.equal(error.code, 'ERR_NATIVE_LOAD');
  });

  it('is for a missing LiteRT when a model is loaded; modules work without it', async () => {
    const missing = temporaryPath('libLiteRt.so');
    for (const work of [
      `inspectModel(${MODEL})`,
      `loadModule(${GUEST}, { models: { default: ${MODEL} } })`,
    ]) {
      const error = await failureOf(
        work,
        { WASMEDGE_EMBED_LITERT: missing },
        `const module = await loadModule(${GUEST}, { args: ['exit', '0'] });
         await module.run();
         await module.close();`,
      );
      assert.equal(error.code, 'ERR_NATIVE_LOAD', error.message);
      assert.ok(error.isWasmEdgeError);
      assert.ok(error.message.includes(missing), error.message);
    }
  });

  it('is for a LiteRT that is another library', async () => {
    const report = process.report.getReport() as unknown as { sharedObjects: string[] };
    const other = report.sharedObjects.find((each) => each.includes('/libm.so'));
    assert.ok(other);
    const error = await failureOf(`inspectModel(${MODEL})`, { WASMEDGE_EMBED_LITERT: other });
    assert.equal(error.code, 'ERR_NATIVE_LOAD', error.message);
    assert.ok(error.message.includes(other), error.message);
  });
});
