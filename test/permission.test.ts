import assert from 'node:assert/strict';

import { SMALL_MODEL } from './support/paths.js';
import { runScript } from './support/process.js';

const FLAG = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

const INSPECT = `
  const { inspectModel } = require('wasmedge-embed');
  inspectModel(${JSON.stringify(SMALL_MODEL)}).then(
    ({ inputs }) => console.log(inputs.length),
    ({ code, message }) => console.log(code, message));`;

describe("Node.js's permission model", () => {
  for (const flags of [[FLAG ?? '', '--allow-fs-read=*'], ['--no-addons']]) {
    it(`is told what it takes to load addons: ${flags.join(' ')}`, async () => {
      const { stdout } = await runScript(INSPECT, { flags });
      assert.match(stdout, /^ERR_NATIVE_LOAD /);
      assert.match(
        stdout,
        /start it with --allow-addons in addition to --permission, or without --no-addons/,
      );
      assert.doesNotMatch(stdout, /wasmedge-embed build|quickstart/);
    });
  }

  it('lets the package work where addons are allowed', async () => {
    const flags = [FLAG ?? '', '--allow-fs-read=*', '--allow-addons'];
    assert.equal((await runScript(INSPECT, { flags })).stdout, '1\n');
  });
});
