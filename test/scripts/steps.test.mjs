import assert from 'node:assert/strict';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { ExplainedFailure, SetupFailure } from '../../scripts/setup/failure.mjs';
import { sharedSteps } from '../../scripts/setup/index.mjs';
import { ProgressLine } from '../../scripts/setup/progress.mjs';
import { runSteps } from '../../scripts/setup/steps.mjs';
import { testSteps } from '../setup/steps.mjs';

describe('steps of the set-up', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write];
  let written, begun, ends;

  beforeEach(() => {
    [written, begun, ends] = ['', [], {}];
    const write = (text) => {
      written += text;
      return true;
    };
    Object.assign(stdout, { write });
    Object.assign(stderr, { write });
  });
  afterEach(restore);

  function restore() {
    [stdout.write, stderr.write] = writes;
  }

  /** Steps that end when they are told to. */
  function steps(needs) {
    return Object.entries(needs).map(([name, needed]) => ({
      ...{ name, title: name.toUpperCase(), needs: needed },
      run: (_context, task) => {
        begun.push(name);
        return new Promise((resolve, reject) => (ends[name] = { resolve, reject, task }));
      },
    }));
  }
  async function end(name, result) {
    ends[name].resolve(result);
    await turn();
  }

  it('run alone, unless they say what they need', async () => {
    const all = runSteps(
      steps({ a: undefined, b: [], c: [], d: ['c'], e: undefined, f: [] }),
      {},
      9,
    );
    await turn();
    assert.deepEqual(begun, ['a']);
    await end('a');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    await end('c', 'found');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await end('d');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e']);
    await end('e');
    await end('f');
    await all;
    restore();
    assert.match(written, /\[1\/9\] A … done \d.*\n.*\[3\/9\] C … found .*\n.*\[4\/9\] D … done/);
  });

  it('end where they run while another fails, and no other begins', async () => {
    let failed;
    const all = runSteps(steps({ a: [], b: [], c: ['a'], d: ['b'], e: undefined }), {});
    all.catch((error) => (failed = error));
    await turn();
    ends.a.reject(new SetupFailure('No compiler.', { advice: 'Install one.' }));
    await turn();
    assert.equal(failed, undefined);
    await end('b');
    await turn();
    restore();
    assert.ok(failed instanceof ExplainedFailure);
    assert.equal(failed.message, 'A failed');
    assert.deepEqual(begun, ['a', 'b']);
    assert.match(
      written,
      /A … failed .*\n+ {2}No compiler\.\n\n {2}What to do next:\n {4}Install one/,
    );
    assert.match(written, /B … done/);
  });

  it('explain every failure, and fail with the first', async () => {
    const all = runSteps(steps({ a: [], b: [] }), {});
    await turn();
    ends.b.reject(new SetupFailure('B has no network.'));
    ends.a.reject(new SetupFailure('A has no network.'));
    await assert.rejects(all, { message: 'B failed' });
    restore();
    assert.match(written, /B has no network[^]*A has no network/);
  });

  it('wait with their lines until a question has its answer, and ask one at a time', async () => {
    const lines = ['one', 'two', 'three'].map((title) => new ProgressLine(title));
    const answers = {};
    const ask = (name) => () => {
      stdout.write(`${name}?`);
      return new Promise((resolve) => (answers[name] = () => resolve(stdout.write('yes\n'))));
    };
    const asked = [lines[0].interrupt(ask('first')), lines[1].interrupt(ask('second'))];
    await turn();
    lines[2].end('done');
    await turn();
    answers.first();
    await turn();
    lines[0].end('done');
    answers.second();
    await Promise.all(asked);
    lines[1].end('done');
    restore();
    const order = written.match(/first\?yes|second\?yes|(one|two|three) … done/g);
    const expected = ['first?yes', 'three … done', 'second?yes', 'one … done', 'two … done'];
    assert.deepEqual(order, expected);
  });

  it('go on when the work that had the terminal fails', async () => {
    const line = new ProgressLine('one');
    const failing = line.interrupt(() => Promise.reject(new Error('of the work')));
    await assert.rejects(failing, /of the work/);
    assert.equal(await line.interrupt(async () => 'next'), 'next');
    line.end('done');
    restore();
    assert.match(written, /one … done/);
  });

  it('need only what comes before them', () => {
    restore();
    const all = [...sharedSteps, ...testSteps];
    for (const [index, { name, needs = [] }] of all.entries()) {
      const before = all.slice(0, index).map((step) => step.name);
      for (const needed of needs) assert.ok(before.includes(needed), `${name} needs ${needed}`);
    }
  });
});
