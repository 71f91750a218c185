import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER } from './support/classification.js';
import { runNode } from './support/command-line.js';
import { plainJpeg } from './support/jpeg.js';
import { SMALL_MODEL, ROOT, rustGuest } from './support/paths.js';
import { gatherModel } from './support/tflite-models.js';
import { elements } from './support/tflite.js';
import { temporaryPath } from './support/wat.js';

/** Runs a guest in a process of its own, which prints the result's line and nothing else. */
async function linesOf(
  guest: string,
  load: object,
  run: { args: readonly string[]; stdin: Buffer },
): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const script = temporaryPath('silent.cjs');
  writeFileSync(
    script,
    `const { loadModule } = require(${JSON.stringify(path.join(ROOT, 'dist', 'index.js'))});
    (async () => {
      const module = await loadModule(${JSON.stringify(guest)}, ${JSON.stringify(load)});
      const stdin = Buffer.from(${JSON.stringify(run.stdin.toString('base64'))}, 'base64');
      for (let round = 0; round < 2; round++) {
        const { stdout, stderr } = await module.run({ args: ${JSON.stringify(run.args)}, stdin });
        if (round > 0) console.log((stdout.length > 0 ? stdout : stderr).toString().trimEnd());
      }
      await module.close();
    })();`,
  );
  return runNode([script]);
}

describe('the host’s standard output and error', () => {
  for (const kernels of ['xnnpack', 'builtin']) {
    it(`get nothing from the library while it classifies on ${kernels}`, async () => {
      const { stdout, stderr, exitCode } = await linesOf(
        CLASSIFIER,
        { models: { default: SMALL_MODEL }, inference: { kernels, threads: 2 } },
        { args: ['--format', 'json', '--top-k', '1'], stdin: plainJpeg(64, 64, 100, 90, 160) },
      );
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(
        stdout,
        /^\{"model":"default","classes":23,"known":(true|false),"topK":\[\{[^\n]*\}\]\}\n$/,
      );
    });
  }

  it('get nothing from the library when a run fails', async () => {
    const model = temporaryPath('gather.tflite');
    writeFileSync(model, gatherModel());
    const { stdout, stderr, exitCode } = await linesOf(
      rustGuest('wasi-nn'),
      { models: { gather: model } },
      {
        args: '--name gather --input 0:f32:4 --input 1:i32:2'.split(' '),
        stdin: Buffer.concat([Buffer.alloc(16), elements('int32', [0, 1000])]),
      },
    );
    assert.deepEqual([exitCode, stdout, stderr], [0, 'compute: errno 5\n', '']);
  });

  it('get nothing from the library when a model is refused', async () => {
    const script = temporaryPath('refused.cjs');
    const model = temporaryPath('cut.tflite');
    writeFileSync(model, gatherModel().subarray(0, 300));
    writeFileSync(
      script,
      `const { loadModule } = require(${JSON.stringify(path.join(ROOT, 'dist', 'index.js'))});
      loadModule(${JSON.stringify(CLASSIFIER)}, { models: { cut: ${JSON.stringify(model)} } }).catch((error) =>
        console.log(error.code),
      );`,
    );
    assert.deepEqual(await runNode([script]), { stdout: 'ERR_MODEL\n', stderr: '', exitCode: 0 });
  });
});
