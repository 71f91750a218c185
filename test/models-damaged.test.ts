import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Kernels } from 'wasmedge-embed';

import { runNode } from './support/command-line.js';
import { ROOT, rustGuest } from './support/paths.js';
import { sumModel } from './support/tflite-models.js';
import { temporaryPath } from './support/wat.js';

/** Loads a model and runs it in a process of its own; prints how that ended. */
async function endOf(model: Buffer, kernels: Kernels): Promise<string> {
  const file = temporaryPath('damaged.tflite');
  writeFileSync(file, model);
  const script = temporaryPath('damaged.cjs');
  writeFileSync(
    script,
    `const { loadModule } = require(${JSON.stringify(path.join(ROOT, 'dist', 'index.js'))});
    (async () => {
      const load = { models: { m: ${JSON.stringify(file)} }, inference: { kernels: '${kernels}' } };
      const module = await loadModule(${JSON.stringify(rustGuest('wasi-nn'))}, load);
      const args = '--name m --input 0:u8:1x4 --input 1:u8:1x4'.split(' ');
      const { stderr } = await module.run({ args, stdin: Buffer.alloc(8) });
      console.log(stderr.length > 0 ? stderr.toString().trim() : 'answered');
      await module.close();
    })().catch((error) => console.log(error.code));`,
  );
  // If a signal ends the process, runNode throws.
  const { stdout } = await runNode([script]);
  return stdout.trim();
}

/** The model without this field (scale or zero point) in the vtable of its quantizations. */
function withoutScaleOrZeroPoint(field: 2 | 3): Buffer {
  const model = sumModel('uint8');
  // A quantization's vtable: its size, the table's size, and of the fields 0 to 3 the last two.
  const vtable = model.indexOf(Buffer.of(12, 0, 12, 0, 0, 0, 0, 0));
  assert.ok(vtable > 0);
  model.writeUInt16LE(0, vtable + 4 + 2 * field);
  return model;
}

describe('a model that is well-formed and makes no sense', () => {
  for (const kernels of ['xnnpack', 'builtin'] satisfies Kernels[]) {
    for (const scale of [0, NaN, Infinity, -1]) {
      it(`does not end the process: scale ${scale}, on ${kernels}`, async () => {
        const end = await endOf(sumModel('uint8', { scale, zeroPoint: 0 }), kernels);
        assert.equal(end, 'ERR_MODEL');
      });
    }
  }

  it('does not end the process: a scale without a zero point, or the reverse', async () => {
    for (const field of [2, 3] as const) {
      assert.equal(await endOf(withoutScaleOrZeroPoint(field), 'xnnpack'), 'ERR_MODEL');
    }
  });
});
