import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { run } from '../../scripts/setup/processes.mjs';

describe('a program that is run', function () {
  this.timeout(60_000);
  const busy = `while (process.cpuUsage().user < 200_000);`;

  it('is accounted for with what it has started', async () => {
    const script = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy)}])`;
    const result = await run(process.execPath, ['-e', script], { accounted: true });
    assert.equal(result.code, 0, result.output);
    assert.ok(result.processorSeconds >= 0.2, `${result.processorSeconds} s`);
  });

  it('keeps its arguments, its exit code and its output where it is accounted for', async () => {
    const script = `process.stdout.write(process.argv[1]); process.exit(42)`;
    const args = ['-e', script, "two words, a 'quote' and $HOME"];
    const { code, stdout, output } = await run(process.execPath, args, { accounted: true });
    assert.deepEqual([code, stdout, output], [42, args[2], args[2]]);
  });

  it('gives no time unless it was asked for', async () => {
    assert.equal((await run(process.execPath, ['-e', busy])).processorSeconds, 0);
  });
});
