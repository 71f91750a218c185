import { buffer } from 'node:stream/consumers';

import type { CompileOrder, CompileReport } from './compile-process.js';
import { encodeError } from './encoded-error.js';
import { nativeCall } from './errors.js';
import { addon } from './native.js';

// The process that compiles: the order is its argument, the module its standard input, what went
// wrong its standard output.

async function compile(): Promise<CompileReport> {
  try {
    const { parent, ...order } = JSON.parse(process.argv[2] ?? '') as CompileOrder;
    addon().dieWithParent(parent);
    const input = await buffer(process.stdin);
    await nativeCall(() => addon().compile({ ...order, input }));
    return { error: null };
  } catch (error) {
    return { error: encodeError(error, []) };
  }
}

void compile().then((report) => {
  process.stdout.write(JSON.stringify(report));
});
