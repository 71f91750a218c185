// The process that runs modules: its death is a finding. It records in a file what it is doing, and
// prints the result for each finished module as a line of JSON.

import { openSync, writeSync } from 'node:fs';
import path from 'node:path';

import { casesOf } from './cases.mjs';
import { compareOutcomes, compareVerdicts } from './compare.mjs';
import { V8Engine, openCompiled, openInterpreted, openPrepared, openWasmEdge } from './engines.mjs';

const callsAtOnce = 32;
/** Per module: more would reveal nothing new. */
const mostDifferences = 20;

const order = JSON.parse(process.argv[2]);
const place = openSync(order.progress, 'w');

/** Of fixed length, so that nothing of the previous content remains. */
function note(what) {
  writeSync(place, what.slice(0, 300).padEnd(300), 0);
}

async function main() {
  note('opening WasmEdge');
  const wasmedge = await openWasmEdge();
  say({ wasmedge });
  for (const [index, file] of order.files.entries()) {
    // The first file is the one that an earlier process did not survive.
    const { from, singles } = index === 0 ? order : { from: 0, singles: 0 };
    say({ module: file, ...(await tryModule(file, wasmedge, from, singles)) });
  }
}

async function tryModule(file, wasmedge, from, singles) {
  const started = performance.now();
  note(`${file} compiling`);
  const output = path.join(order.work, 'compiled.so');
  const compiled = await openCompiled(file, output, order.options);
  const compileMs = performance.now() - started;
  note(`${file} loading`);
  const interpreted = await openInterpreted(file);
  note(`${file} V8`);
  const v8 = new V8Engine(file);
  const [verdict] = path.basename(file).split('-');
  const differences = compareVerdicts({ compiled, interpreted, v8, verdict }, wasmedge);
  const counts = { taken: 0, calls: 0, values: 0, traps: 0, nothing: 0 };
  if (compiled.refusal === undefined && interpreted.refusal === undefined && !v8.refusal) {
    counts.taken = 1;
    const calls = casesOf(v8);
    for (let first = from; first < calls.length;) {
      // Many at once are much faster, but then it is unknown which of them ended the process.
      const count = first < from + singles ? 1 : callsAtOnce;
      const some = calls.slice(first, first + count);
      const outcomes = await callAll(some, { compiled, interpreted, v8 }, (name) => {
        note(`${file} ${name}, calls ${first} and ${some.length - 1} more: ${shown(some[0])}`);
      });
      for (const [index, each] of outcomes.entries()) {
        counts.calls += 1;
        counts[{ value: 'values', trap: 'traps', none: 'nothing' }[each.compiled.kind]] += 1;
        if (differences.length < mostDifferences) {
          differences.push(...compareOutcomes(some[index], each));
        }
      }
      first += count;
    }
    if (v8.exports.some(({ name }) => name === 'prepare')) {
      const some = calls.filter((_, index) => index % 3 === 0);
      differences.push(...(await tryPrepared(file, output, some)));
    }
  }
  note(`${file} closing`);
  for (const engine of [compiled, interpreted, v8]) await engine.close();
  globalThis.gc?.();
  return { ...counts, compileMs, ms: performance.now() - started, differences };
}

/**
 * The same calls with instances that begin from a snapshot. V8 has no snapshots: there, each
 * instance prepares itself.
 */
async function tryPrepared(file, output, calls) {
  const announce = (what) => {
    note(`${file} with a snapshot, ${what}`);
  };
  announce('loading');
  const compiled = await openPrepared(output, {});
  const interpreted = await openPrepared(file, { aot: 'off' });
  const v8 = new V8Engine(file, true);
  const outcomes = await callAll(calls, { compiled, interpreted, v8 }, announce);
  for (const engine of [compiled, interpreted]) await engine.close();
  return outcomes
    .flatMap((each, index) => compareOutcomes(calls[index], each))
    .slice(0, mostDifferences)
    .map((each) => ({ ...each, between: `${each.between}, with a snapshot` }));
}

/** The result of each call in each engine. */
async function callAll(calls, { compiled, interpreted, v8 }, announce) {
  announce('compiled');
  const byCompiled = await Promise.all(calls.map((call) => compiled.call(call)));
  announce('interpreted');
  const byInterpreted = await Promise.all(calls.map((call) => interpreted.call(call)));
  announce('V8');
  return calls.map((call, index) => ({
    compiled: byCompiled[index],
    interpreted: byInterpreted[index],
    // V8 cannot be stopped, so it does not get a call that had to be stopped in another engine.
    v8:
      byCompiled[index].reason === 'ERR_TIMEOUT'
        ? { kind: 'none', reason: 'not tried' }
        : v8.call(call),
  }));
}

function shown({ name, args }) {
  return `${name}(${args.join(', ')})`;
}

function say(line) {
  const replacer = (_key, value) => (typeof value === 'bigint' ? `${value}n` : value);
  writeSync(1, `${JSON.stringify(line, replacer)}\n`);
}

await main();
