import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import type { WorkerTask } from './support/guest-worker.js';
import { rustGuest } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { withModule } from './support/run-guest.js';

const TOUR = rustGuest('std-tour');
const ECHO = { file: TOUR, args: ['cat'] };

function start(task: WorkerTask): Worker {
  return new Worker(path.join(__dirname, 'support', 'guest-worker.js'), { workerData: task });
}

/** The worker's answer, after it has ended by itself. */
async function answerOf(worker: Worker): Promise<unknown> {
  const ended = once(worker, 'exit');
  const [answer] = (await once(worker, 'message')) as [unknown];
  assert.deepEqual(await ended, [0]);
  return answer;
}

/** The answer of a worker that ran ECHO. */
const echoes = (runs: number): string[] =>
  Array.from({ length: runs }, (_, index) => `run ${index}`);

describe('Worker threads', () => {
  it('use the addon at the same time as one another and the main thread', async () => {
    const workers = [start({ ...ECHO, runs: 50 }), start({ ...ECHO, runs: 50 })];
    const answers = workers.map(answerOf);
    await withModule(TOUR, { args: ['cat'] }, async (module) => {
      for (const text of echoes(50)) {
        assert.equal((await module.run({ stdin: text })).stdout.toString(), text);
      }
    });
    assert.deepEqual(await Promise.all(answers), [echoes(50), echoes(50)]);
  });

  it('may be ten', async () => {
    const workers = Array.from({ length: 10 }, () => start({ ...ECHO, runs: 5 }));
    assert.deepEqual(await Promise.all(workers.map(answerOf)), Array(10).fill(echoes(5)));
  });

  it('end by themselves with a module left open', async () => {
    const worker = start({ ...ECHO, runs: 3, leaveOpen: true });
    assert.deepEqual(await answerOf(worker), echoes(3));
  });

  it('may be the only ones that use the addon, one after the other, any number of times', async () => {
    // In a process whose main thread never loads the addon. Node would unload it with each worker.
    const output = await scriptOutput(`
      const { Worker } = require('node:worker_threads');
      const program = ${JSON.stringify(`
        const { loadModule } = require('wasmedge-embed');
        const { parentPort } = require('node:worker_threads');
        (async () => {
          const module = await loadModule(${JSON.stringify(TOUR)}, { args: ['upper'] });
          parentPort.postMessage(String((await module.run({ stdin: 'x' })).stdout));
          await module.close();
        })();`)};
      (async () => {
        let answers = '';
        // More than there are real-time signals, of which the addon takes one.
        for (let count = 0; count < 36; ++count) {
          const worker = new Worker(program, { eval: true });
          worker.on('message', (answer) => { answers += answer; });
          await new Promise((resolve) => worker.on('exit', resolve));
        }
        console.log(answers);
      })();`);
    assert.equal(output, `${'X'.repeat(36)}\n`);
  });

  it('may be terminated with runs in flight, while others go on', async () => {
    const threads = readdirSync('/proc/self/task').length;
    await withModule(TOUR, { args: ['cat'], concurrency: 2 }, async (module) => {
      const other = answerOf(start({ ...ECHO, runs: 100 }));
      const sleeper: WorkerTask = { file: TOUR, args: ['sleep', '30'], runs: 20, tellBegin: true };
      const spinner: WorkerTask = { ...sleeper, args: ['spin', '20000000'] };
      for (const task of [sleeper, spinner, sleeper]) {
        const worker = start(task);
        const [message] = (await once(worker, 'message')) as [unknown];
        assert.equal(message, 'begun');
        const [code] = await Promise.all([
          worker.terminate(),
          module.run({ stdin: 'meanwhile' }).then(({ stdout }) => {
            assert.equal(stdout.toString(), 'meanwhile');
          }),
        ]);
        assert.equal(code, 1);
      }
      assert.deepEqual(await other, echoes(100));
      assert.equal((await module.run({ stdin: 'afterwards' })).stdout.toString(), 'afterwards');
    });
    assert.ok(readdirSync('/proc/self/task').length <= threads + 4, 'threads are left behind');
  });

  it('may be terminated while they load and compile', async () => {
    for (const delay of [0, 5, 20, 60]) {
      const worker = start({ ...ECHO, runs: 1 });
      await new Promise((resolve) => setTimeout(resolve, delay));
      await worker.terminate();
    }
    assert.deepEqual(await answerOf(start({ ...ECHO, runs: 1 })), echoes(1));
  });
});
