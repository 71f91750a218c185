import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { ROOT, rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { childrenOf, eventually, isAlive, workers } from './support/workers.js';

const TOUR = JSON.stringify(rustGuest('std-tour'));
const LOAD = `require('wasmedge-embed').loadModule(${TOUR}, {
  isolation: 'worker-process', concurrency: 2, workerProcess: { workers: 2 },
})`;

/** Both have answered, and both run guests that never end. */
const BUSY = `const module = await ${LOAD};
  const nap = () => module.run({ args: ['sleep', '200'] });
  for (let both = 0; both < 3; ++both) await Promise.all([nap(), nap()]);
  for (let run = 0; run < 4; ++run) module.run({ args: ['spin', '1000000000000'] });`;

/** Starts a process that runs the script, prints a line and continues; waits for that line. */
async function parentThat(script: string): Promise<ChildProcess> {
  const parent = spawn(process.execPath, ['-e', `(async () => { ${script} })()`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  assert.equal(line, 'ready');
  return parent;
}

describe('Worker processes end with the process that started them', () => {
  const kill = async (script: string, prepare: (workers: number[]) => void = () => undefined) => {
    const parent = await parentThat(script);
    await eventually(() => workers(parent.pid).length === 2);
    const children = workers(parent.pid);
    prepare(children);
    parent.kill('SIGKILL');
    await eventually(() => !children.some(isAlive));
  };

  it('when it is killed while they are idle', () =>
    kill(`await ${LOAD}; console.log('ready'); setInterval(() => {}, 1e6);`));

  it('when it is killed while they run guests without end', () =>
    kill(`${BUSY} setTimeout(() => console.log('ready'), 100);`));

  it('when it is killed while they start', () =>
    kill(`${LOAD}; process.nextTick(() => console.log('ready')); setInterval(() => {}, 1e6);`));

  it('when it is killed and they are stopped', () =>
    // Runs on both of them: they have begun, and the kernel knows what to do.
    kill(`${BUSY} setTimeout(() => console.log('ready'), 100);`, (children) => {
      for (const child of children) process.kill(child, 'SIGSTOP');
    }));

  it('when it is killed and their main thread is in a loop without end', async () => {
    // A worker's main thread runs nothing that could loop, so this uses the addon's part by itself.
    const addon = JSON.stringify(`${ROOT}/build/Release/wasmedge_embed.node`);
    const child = `require(${addon}).dieWithParent(process.ppid); console.log('ready'); for (;;);`;
    const parent = await parentThat(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}, 'loop'],
         { stdio: 'inherit' });`,
    );
    const { pid } = parent;
    const [looping] = childrenOf(pid, 'loop');
    assert.ok(isAlive(looping!));
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(looping!));
  });

  it('when it exits, with runs under way', async () => {
    const { code, stdout } = await runScript(`(async () => {
      ${BUSY}
      const { readFileSync } = require('node:fs');
      console.log(readFileSync(\`/proc/self/task/\${process.pid}/children\`, 'utf8'));
      setTimeout(() => process.exit(7), 50);
    })();`);
    assert.equal(code, 7);
    const children = stdout.trim().split(/\s+/).map(Number);
    assert.equal(children.length, 2);
    await eventually(() => !children.some(isAlive));
  });
});

describe('A process with idle worker processes', () => {
  it('ends by itself, without close, and writes nothing', async () => {
    const ended = await runScript(`(async () => {
      const module = await ${LOAD};
      const { stdout } = await module.run({ args: ['upper'], stdin: 'answer' });
      console.log(stdout.toString());
    })();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'ANSWER\n', stderr: '' });
  });

  it('stays for runs that are under way, and for close', async () => {
    const ended = await runScript(`(async () => {
      const module = await ${LOAD};
      module.run({ args: ['sleep', '100'] }).then(() => console.log('run'));
      module.close().then(() => console.log('closed'));
    })();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'run\nclosed\n', stderr: '' });
  });

  it('passes its own options of Node on to none of them', async () => {
    const ended = await runScript(
      `(async () => {
        const module = await ${LOAD};
        console.log((await module.run({ args: ['upper'], stdin: 'a' })).stdout.toString());
      })();`,
      { env: { NODE_OPTIONS: '--trace-exit' }, flags: ['--inspect=0'] },
    );
    assert.equal(ended.stdout, 'A\n');
    // One inspector: the parent's.
    assert.equal(ended.stderr.match(/Debugger listening/g)?.length, 1);
  });

  it('may be a worker thread, whose end is theirs', async () => {
    const ended = await runScript(`
      const { Worker, isMainThread } = require('node:worker_threads');
      const thread = new Worker(\`(async () => {
        const module = await ${LOAD.replaceAll('\n', ' ')};
        const { stdout } = await module.run({ args: ['upper'], stdin: 'answer' });
        require('node:worker_threads').parentPort.postMessage(stdout.toString());
        setInterval(() => {}, 1e6);
      })()\`, { eval: true });
      thread.on('message', async (answer) => {
        console.log(answer);
        await thread.terminate();
        // Nobody takes note of their end: what is left of them are entries of the process table.
        const { readFileSync } = require('node:fs');
        const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8');
        const isThere = (pid) => !/\\) Z/.test(readFileSync('/proc/' + pid + '/stat', 'utf8'));
        const wait = () =>
          children.trim().split(' ').some(isThere) ? setTimeout(wait, 5) : console.log('none left');
        wait();
      });`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'ANSWER\nnone left\n', stderr: '' });
  });
});
