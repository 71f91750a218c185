import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { scriptOutput } from './support/process.js';

const GUEST = JSON.stringify(rustGuest('std-tour'));

describe('The package', () => {
  it("works by require('wasmedge-embed')", async () => {
    const output = await scriptOutput(`
      const { loadModule } = require('wasmedge-embed');
      loadModule(${GUEST}, { args: ['upper'] }).then(async (module) => {
        console.log(String((await module.run({ stdin: 'required' })).stdout));
        await module.close();
      });`);
    assert.equal(output, 'REQUIRED\n');
  });

  it("works by import … from 'wasmedge-embed'", async () => {
    const output = await scriptOutput(
      `import { loadModule } from 'wasmedge-embed';
       const module = await loadModule(${GUEST}, { args: ['upper'] });
       console.log(String((await module.run({ stdin: 'imported' })).stdout));
       await module[Symbol.asyncDispose]();`,
      { esm: true },
    );
    assert.equal(output, 'IMPORTED\n');
  });

  it('is one and the same both ways: names, functions and the error class', async () => {
    const output = await scriptOutput(
      `import { createRequire } from 'node:module';
       import * as imported from 'wasmedge-embed';
       import { WasmEdgeError, loadModule } from 'wasmedge-embed';
       const required = createRequire(process.cwd() + '/x.js')('wasmedge-embed');
       const names = Object.keys(required).filter((name) => name !== '__esModule');
       const error = await loadModule('').catch((error) => error);
       console.log(JSON.stringify({
         names: names.sort(),
         same: names.every((name) => imported[name] === required[name]),
         ofBoth: error instanceof WasmEdgeError && error instanceof required.WasmEdgeError,
         nothingElse: Object.keys(imported)
           .filter((name) => !names.includes(name) && !['default', 'module.exports', '__esModule'].includes(name)),
       }));`,
      { esm: true },
    );
    assert.deepEqual(JSON.parse(output), {
      names: [
        ...['Instance', 'LoadedModule', 'WasmEdgeError', 'compileModule', 'findGuest', 'findModel'],
        ...['inspectModel', 'inspectModule', 'loadModule'],
      ],
      same: true,
      ofBoth: true,
      nothingElse: [],
    });
  });

  it('loads neither the addon nor WasmEdge before they are needed', async () => {
    const output = await scriptOutput(`
      require('wasmedge-embed');
      const { sharedObjects } = process.report.getReport();
      console.log(sharedObjects.filter((each) => /wasmedge|litert/i.test(each)).join());`);
    assert.equal(output, '\n');
  });

  it('tells its version by package.json', async () => {
    const output = await scriptOutput(`console.log(require('wasmedge-embed/package.json').name);`);
    assert.equal(output, 'wasmedge-embed\n');
  });

  it('has a door for Lambda, one and the same both ways', async () => {
    const output = await scriptOutput(
      `import { createRequire } from 'node:module';
       import { createHandler } from 'wasmedge-embed/lambda';
       const required = createRequire(process.cwd() + '/x.js')('wasmedge-embed/lambda');
       console.log(Object.keys(required).join(), createHandler === required.createHandler);`,
      { esm: true },
    );
    assert.equal(output, 'createHandler true\n');
  });

  it('has no other door', async () => {
    const output = await scriptOutput(`
      try { require('wasmedge-embed/dist/addon/native.js'); } catch (error) { console.log(error.code); }`);
    assert.equal(output, 'ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });
});
