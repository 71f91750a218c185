import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { NPM, Project, given, run } from '../support/package.js';
import type { Ended } from '../support/package.js';

/** Runs a command in the Debian 11, where the project is in /project and Node.js in /node. */
function inside(project: Project, words: readonly string[]): Promise<Ended> {
  const system = given('DEBIAN_11');
  const mounts = { project: project.folder, node: project.node };
  for (const name of Object.keys(mounts)) mkdirSync(path.join(system, name), { recursive: true });
  const script = [
    ...Object.entries(mounts).map(([name, from]) => `mount --bind '${from}' '${system}/${name}'`),
    `exec chroot '${system}' env --ignore-environment --chdir=/project HOME=/root PATH=/node/bin:/usr/bin:/bin "$@"`,
  ].join('\n');
  return run(['unshare', '--mount', 'sh', '-ec', script, 'sh', ...words], project.folder);
}

const LOAD = `
const { loadModule, inspectModel } = require('wasmedge-embed');
(async () => {
  const { inputs } = await inspectModel('node_modules/wasmedge-embed/models/default/model.tflite');
  const guest = 'node_modules/wasmedge-embed/dist/guest/image-classification.wasm';
  const { code, message } = await loadModule(guest).catch((error) => error);
  console.log(JSON.stringify({ inputs: inputs.length, code, message }));
})();`;

describe('The package on a Debian 11, which has no WasmEdge', function () {
  this.timeout(300_000);
  let project: Project;

  before(async () => {
    project = await Project.install(NPM);
    writeFileSync(path.join(project.folder, 'load.cjs'), LOAD);
  });

  it('is loaded, reads models by LiteRT, and says how to install WasmEdge', async () => {
    const libraries = await inside(project, ['ldd', '--version']);
    assert.match(libraries.stdout, /2\.31/, 'the system is another one');
    const { exitCode, stdout, stderr } = await inside(project, ['node', 'load.cjs']);
    assert.equal(exitCode, 0, stderr);
    const { inputs, code, message } = JSON.parse(stdout) as {
      inputs: number;
      code: string;
      message: string;
    };
    assert.equal(inputs, 1);
    assert.equal(code, 'ERR_NATIVE_LOAD');
    for (const part of [
      '/root/.wasmedge/lib/libwasmedge.so.0',
      'Debian 13',
      'Ubuntu 25.04',
      'apt-get install libwasmedge0',
      'utils/install.sh | bash',
      'WASMEDGE_DIR',
    ]) {
      assert.ok(message.includes(part), `${part} in: ${message}`);
    }
  });

  it('says so in its command, which ends with 1', async () => {
    const { exitCode, stdout, stderr } = await inside(project, [
      ...['node_modules/.bin/wasmedge-embed', 'inspect'],
      'node_modules/wasmedge-embed/dist/guest/image-classification.wasm',
    ]);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /ERR_NATIVE_LOAD: .*\n.*apt-get install libwasmedge0/s);
  });

  it('can be built there, by GCC 10', async () => {
    const program = 'node_modules/.bin/wasmedge-embed';
    const { exitCode, stdout, stderr } = await inside(project, [program, 'build']);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /build\/Release\/wasmedge_embed\.node: built and tested/);
  });
});
