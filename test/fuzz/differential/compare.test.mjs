import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { compareOutcomes, compareVerdicts } from './compare.mjs';
import { knownAs } from './known.mjs';

const value = (text) => ({ kind: 'value', value: text });
const trap = (name) => ({ kind: 'trap', trap: name });
const nothing = { kind: 'none', reason: 'ERR_TIMEOUT' };
const call = { name: 'case 0', args: [] };

/** The engines that differ. */
function differing(compiled, interpreted, v8) {
  return compareOutcomes(call, { compiled, interpreted, v8 }).map(({ between }) => between);
}

describe('What engines make of a call', () => {
  it('is the same where the numbers are, and zero has a sign', () => {
    assert.deepEqual(differing(value('7'), value('7'), value('7')), []);
    assert.deepEqual(differing(value('0'), value('0'), value('-0')), [
      'compiled and V8',
      'interpreted and V8',
    ]);
  });

  it('differs where one traps and another does not', () => {
    assert.deepEqual(differing(value('7'), trap('memory-out-of-bounds'), trap('memory')), [
      'compiled and interpreted',
      'compiled and V8',
    ]);
  });

  it('knows which traps V8 tells in one', () => {
    const conversion = trap('conversion');
    for (const name of ['integer-overflow', 'invalid-conversion-to-integer']) {
      assert.deepEqual(differing(trap(name), trap(name), conversion), []);
    }
    assert.deepEqual(differing(trap('unreachable'), trap('divide-by-zero'), trap('unreachable')), [
      'compiled and interpreted',
      'interpreted and V8',
    ]);
  });

  it('is not compared with what came to no end', () => {
    assert.deepEqual(differing(nothing, value('7'), nothing), []);
  });
});

describe('Whether engines take a module', () => {
  const taken = { refusal: undefined };
  const refused = { refusal: 'ERR_MODULE_INVALID: x' };

  function verdicts(compiled, interpreted, v8, verdict, version = '0.17.1') {
    return compareVerdicts({ compiled, interpreted, v8, verdict }, version).length;
  }

  it('is the same for all, and for the validator', () => {
    assert.equal(verdicts(taken, taken, taken, 'valid'), 0);
    assert.equal(verdicts(refused, refused, refused, 'invalid'), 0);
    assert.equal(verdicts(taken, refused, taken, 'valid'), 1);
    assert.equal(verdicts(taken, taken, refused, 'invalid'), 2);
    assert.equal(verdicts(refused, refused, taken, 'valid'), 1);
  });

  it('may be otherwise for what V8 alone has', () => {
    assert.equal(verdicts(refused, refused, taken, 'invalid'), 0);
    assert.equal(verdicts(taken, taken, taken, 'invalid'), 1);
  });

  it('depends on the version where 0.17 has more', () => {
    assert.equal(verdicts(taken, taken, taken, 'extended'), 0);
    assert.equal(verdicts(taken, refused, taken, 'extended'), 0);
    assert.equal(verdicts(taken, taken, taken, 'extended', '0.14.1'), 1);
  });

  it('is known to differ for imports that are not offered', () => {
    const details =
      'V8 takes it; WasmEdge: ERR_LINK: a.wasm has imports that the host does not provide';
    const difference = { of: 'verdict', between: 'WasmEdge and V8', details };
    assert.notEqual(knownAs(difference, { wasmedge: '0.14.1' }), undefined);
  });

  it('is known to differ for what looks like compiled code', () => {
    const details =
      'V8 takes it; WasmEdge: ERR_MODULE_INVALID: a.wasm was compiled for another version';
    const difference = { of: 'verdict', between: 'WasmEdge and V8', details };
    assert.notEqual(knownAs(difference, { wasmedge: '0.14.1' }), undefined);
    const other = { ...difference, details: 'V8 takes it; WasmEdge: ERR_MODULE_INVALID: type' };
    assert.equal(knownAs(other, { wasmedge: '0.14.1' }), undefined);
  });
});
