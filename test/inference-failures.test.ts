import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { InferenceFailure, RunEvent } from 'wasmedge-embed';

import { runNode } from './support/command-line.js';
import { eventsOf } from './support/diagnostics.js';
import { fails } from './support/errors.js';
import { INFER, requests } from './support/infer.js';
import { readAnswer } from './support/internals.js';
import { ISOLATIONS } from './support/isolations.js';
import { runOnce, withModule } from './support/run-guest.js';
import { gatherModel, sumAndProductModel } from './support/tflite-models.js';
import { wasmFile } from './support/wat.js';

const models = { both: sumAndProductModel(), gather: gatherModel() };

/** Asks for a model whose name forges a log line, and traps, like most guests that are refused. */
const TRAPPING = `
  (module
    (import "wasi_ephemeral_nn" "load_by_name" (func $load (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 64) "none\\0a\\1b[2J\\ff")
    (func $ask (result i32) (call $load (i32.const 64) (i32.const 10) (i32.const 0)))
    (func (export "_start") (drop (call $ask)) unreachable)
    (func (export "ask") (result i32) (call $ask))
    (func (export "nothing"))
    (func (export "ask_often") (param $left i32)
      (loop $again
        (drop (call $load (i32.const 64) (local.get $left) (i32.const 0)))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))`;

const NOT_FOUND: InferenceFailure = {
  function: 'wasi_ephemeral_nn.load_by_name',
  errno: 8,
  reason: 'The host has no model named "none\\n\\u001b[2J\ufffd".',
};

describe('Why a call for inference was refused', () => {
  for (const isolation of ISOLATIONS) {
    it(`is in the result, on the diagnostics channel and in no stream: ${isolation}`, async () => {
      const stdin = 'open both\nrandom 0 1 float32 2x3x4 0\n';
      let failures: readonly InferenceFailure[] | undefined;
      const [event] = await eventsOf<RunEvent>('wasmedge-embed:run', async () => {
        const result = await runOnce(INFER, { isolation, models }, { stdin });
        assert.equal(result.exitCode, 70);
        assert.equal(
          result.stderr.toString(),
          'infer: request 2: set_input: errno 1 (invalid argument)\n',
        );
        failures = result.inferenceFailures;
      });
      assert.deepEqual(failures, [
        {
          function: 'wasi_ephemeral_nn.set_input',
          errno: 1,
          reason: 'Input 1 ("right") takes the shape [2, 3], not [2, 3, 4].',
        },
      ]);
      assert.deepEqual(event?.inferenceFailures, failures);
    });

    it(`is on the error of a guest that traps: ${isolation}`, async () => {
      const file = await wasmFile(TRAPPING);
      const [event] = await eventsOf<RunEvent>('wasmedge-embed:run', async () => {
        const error = await fails('ERR_TRAP', runOnce(file, { isolation, models }));
        assert.equal(error.trap, 'unreachable');
        assert.deepEqual(error.inferenceFailures, [NOT_FOUND]);
      });
      assert.deepEqual(event?.inferenceFailures, [NOT_FOUND]);
    });
  }

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`is in the result of what is invoked on a kept instance, and on its error: ${isolation}`, async () => {
      await withModule(await wasmFile(TRAPPING), { isolation, models }, async (module) => {
        const instance = await module.instantiate();
        const { value, files, inferenceFailures } = await instance.invoke('ask');
        assert.deepEqual([value, files, inferenceFailures], [8, {}, [NOT_FOUND]]);
        const often = await instance.invoke('ask_often', [1000]);
        assert.equal(often.inferenceFailures?.length, 16);
        assert.equal((await instance.invoke('ask_often', [1])).inferenceFailures?.length, 1);
        const none = await instance.invoke('nothing');
        assert.equal('inferenceFailures' in none, false, 'each tells of its own');
        const error = await fails('ERR_TRAP', instance.invoke('_start'));
        assert.deepEqual(error.inferenceFailures, [NOT_FOUND]);
        await instance.close();
      });
    });

    it(`is in the result of a called function, the first sixteen times: ${isolation}`, async () => {
      await withModule(await wasmFile(TRAPPING), { isolation, models }, async (module) => {
        const { value, inferenceFailures } = await module.invoke('ask');
        assert.deepEqual([value, inferenceFailures], [8, [NOT_FOUND]]);
        const often = await module.invoke('ask_often', [1000]);
        assert.equal(often.inferenceFailures?.length, 16);
        const again = await module.invoke('ask');
        assert.deepEqual(again.inferenceFailures, [NOT_FOUND], 'none of an earlier invocation');
      });
    });
  }

  it('is absent where nothing was', async () => {
    const result = await runOnce(INFER, { models }, { stdin: 'open both\nclose 0\n' });
    assert.ok(!('inferenceFailures' in result));
  });

  it('names a name that is too long by its beginning', async () => {
    await withModule(await wasmFile(TRAPPING), { models }, async (module) => {
      const { inferenceFailures } = await module.invoke('ask_often', [60_000]);
      const reason = inferenceFailures?.[0]?.reason ?? '';
      assert.ok(reason.startsWith('The host has no model named "none\\n'), reason);
      assert.ok(reason.length < 1400, String(reason.length));
    });
  });

  it('is what LiteRT says where a run fails', async () => {
    const indices = Buffer.from(new Int32Array([0, 9]).buffer);
    const stdin = requests.requestBytes([
      requests.open('gather'),
      requests.setInput({
        ...{ session: 0, input: 0, type: 'float32', shape: [4] },
        content: { seed: 0 },
      }),
      requests.setInput({
        ...{ session: 0, input: 1, type: 'int32', shape: [2] },
        content: indices,
      }),
      requests.run(0, [8]),
    ]);
    const { inferenceFailures } = await runOnce(INFER, { models }, { stdin });
    const [failure] = inferenceFailures ?? [];
    assert.deepEqual([failure?.function, failure?.errno], ['wasi_ephemeral_nn.compute', 5]);
    assert.match(failure?.reason ?? '', /gather/i);
  });

  it('goes to standard error with NODE_DEBUG=wasmedge-embed, and only then', async () => {
    const script = `
      const { loadModule } = require('wasmedge-embed');
      loadModule(process.argv[1]).then(async (module) => {
        await module.invoke('ask');
        await module.close();
      });`;
    const args = ['-e', script, await wasmFile(TRAPPING)];
    const quiet = await runNode(args);
    assert.deepEqual(quiet, { stdout: '', stderr: '', exitCode: 0 });
    const { stdout, stderr } = await runNode(args, { NODE_DEBUG: 'wasmedge-embed' });
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^WASMEDGE-EMBED \d+: \S+guest\.wasm: wasi_ephemeral_nn\.load_by_name gave the guest errno 8: The host has no model named "none\\n\\u001b\[2J.*\n$/,
    );
  });

  describe('as a worker process tells it', () => {
    const answer = (inferenceFailures: unknown): unknown =>
      readAnswer(
        {
          ...{ type: 'result', id: 1 },
          result: {
            ...{ exitCode: 0, exited: false, inferenceFailures },
            timings: { queueMs: 0, instantiateMs: 0, executeMs: 0 },
          },
        },
        [Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0)],
      );
    const failure = { function: 'a.b', errno: 1, reason: 'why' };

    it('is escaped, cut, and no more than there can be', () => {
      const many = Array.from({ length: 1000 }, () => ({ ...failure, reason: '\n'.repeat(5000) }));
      const { result } = answer(many) as { result: { inferenceFailures: InferenceFailure[] } };
      assert.equal(result.inferenceFailures.length, 16);
      assert.equal(result.inferenceFailures[0]?.reason, `${'\\n'.repeat(1000)}…`);
    });

    const wrong: [what: string, sent: unknown][] = [
      ['no list', failure],
      ['no object', ['x']],
      ['a value that is not a number', [{ ...failure, errno: '1' }]],
      ['no text', [{ ...failure, reason: 1 }]],
      ['no function', [{ errno: 1, reason: 'x' }]],
    ];
    for (const [what, sent] of wrong) {
      it(`is refused: ${what}`, () => {
        assert.throws(() => answer(sent), { name: 'Malformed' });
      });
    }
  });

  it('does not keep a loaded module from closing', async () => {
    const module = await loadModule(await wasmFile(TRAPPING), { models });
    const runs = Array.from({ length: 20 }, () => module.invoke('ask'));
    await module.close();
    for (const { inferenceFailures } of await Promise.all(runs)) {
      assert.deepEqual(inferenceFailures, [NOT_FOUND]);
    }
  });
});
