import assert from 'node:assert/strict';

import type { LoadedModule } from 'wasmedge-embed';

/** The answers of the guest `std-tour` to each line of a script (its command `script`). */
export async function answers(module: LoadedModule, lines: string[]): Promise<string[]> {
  const { stdout, stderr, exitCode } = await module.run({
    args: ['script'],
    stdin: lines.join('\n'),
  });
  assert.equal(exitCode, 0, stderr.toString());
  return stdout.toString().trimEnd().split('\n');
}
