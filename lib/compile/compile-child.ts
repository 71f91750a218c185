import { buffer } from 'node:stream/consumers';

import { addon } from '../addon/native.js';
import { encodeError } from '../support/encoded-error.js';
import { nativeCall } from '../support/errors.js';

import { overCompileLimit } from './compile-limits.js';
import { PROGRESS_DESCRIPTOR } from './compile-progress.js';
import type { CompileOrder, CompileReport } from './compile-process.js';

// The process that compiles: its argument is the order, its standard input the module, its standard
// output the report.

async function compile(): Promise<unknown> {
  try {
    const { parent, memoryBytes, ...order } = JSON.parse(process.argv[2] ?? '') as CompileOrder;
    await nativeCall(() => {
      addon().dieWithParent(parent);
      if (memoryBytes === undefined) return;
      const error = overCompileLimit('memoryBytes', memoryBytes);
      addon().endAboveMemory(memoryBytes, line(error));
    });
    const input = await buffer(process.stdin);
    await nativeCall(() =>
      addon().compile({ ...order, input, progressDescriptor: PROGRESS_DESCRIPTOR }),
    );
    return null;
  } catch (error) {
    return error;
  }
}

function line(error: unknown): string {
  const report: CompileReport = { error: error === null ? null : encodeError(error, []) };
  return `${JSON.stringify(report)}\n`;
}

void compile().then((error) => {
  process.stdout.write(line(error));
});
