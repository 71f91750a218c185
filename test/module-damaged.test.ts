import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { sections } from './support/wasm-sections.js';
import { temporaryPath, watGuest } from './support/wat.js';

/** A file with this content. */
function fileOf(content: string | Uint8Array): string {
  const file = temporaryPath('damaged.wasm');
  writeFileSync(file, content);
  return file;
}

/**
 * Loads every truncation of a file in a process of its own, which a fault would end, and calls
 * those that can be loaded. Returns the outcome for each length: an error's code, or the result of
 * `good`.
 */
async function loadTruncations(
  file: string,
  lengths: number[],
  aot: 'auto' | 'off' = 'auto',
): Promise<Map<number, unknown>> {
  const target = temporaryPath('truncated');
  const output = await scriptOutput(`
    const { readFileSync, writeFileSync } = require('node:fs');
    const { loadModule } = require('wasmedge-embed');
    (async () => {
      const whole = readFileSync(${JSON.stringify(file)});
      const outcomes = [];
      for (const length of ${JSON.stringify(lengths)}) {
        const file = ${JSON.stringify(target)} + length;
        writeFileSync(file, whole.subarray(0, length));
        try {
          const module = await loadModule(file, { aot: '${aot}' });
          const known = module.exports.some((each) => each.name === 'good');
          outcomes.push([length, known ? await module.call('good') : 'loaded']);
          await module.close();
        } catch (error) {
          outcomes.push([length, error.code]);
        }
        require('node:fs').rmSync(file);
      }
      console.log(JSON.stringify(outcomes));
    })();`);
  return new Map(JSON.parse(output) as [number, unknown][]);
}

describe('A damaged module', () => {
  it('that is missing, a folder or unreadable is an ERR_MODULE_LOAD that names it', async () => {
    const missing = temporaryPath('missing.wasm');
    const error = await fails('ERR_MODULE_LOAD', loadModule(missing));
    assert.ok(error.message.includes(missing));
    await fails('ERR_MODULE_LOAD', inspectModule(missing));
    const folder = temporaryPath('folder.wasm');
    mkdirSync(folder);
    await fails('ERR_MODULE_LOAD', loadModule(folder));
    await fails('ERR_MODULE_LOAD', loadModule(`${missing}/below`));
    // A sparse file: it takes no room on the disk.
    const enormous = temporaryPath('enormous.wasm');
    writeFileSync(enormous, '\0asm\x01\0\0\0');
    truncateSync(enormous, 2 ** 40);
    const { message } = await fails('ERR_MODULE_LOAD', loadModule(enormous));
    assert.match(message, /larger than 4 GiB/);
  });

  it('that is empty, random or text is an ERR_MODULE_INVALID that names it', async () => {
    for (const content of ['', '\0', '\0asm', 'no module', randomBytes(100_000)]) {
      const file = fileOf(content);
      const error = await fails('ERR_MODULE_INVALID', loadModule(file));
      assert.ok(error.message.includes(file));
      await fails('ERR_MODULE_INVALID', inspectModule(file));
    }
  });

  it('that is a truncated .wasm is refused at every length but between sections', async () => {
    const file = await watGuest('traps');
    const whole = readFileSync(file);
    const boundaries = new Set([8, ...sections(whole).map((each) => each.end)]);
    const lengths = Array.from({ length: whole.length }, (_, index) => index + 1);
    const outcomes = await loadTruncations(file, lengths, 'off');
    assert.equal(outcomes.size, whole.length);
    for (const [length, outcome] of outcomes) {
      if (boundaries.has(length)) continue;
      assert.equal(outcome, 'ERR_MODULE_INVALID', `${length} of ${whole.length} bytes`);
    }
    assert.equal(outcomes.get(whole.length), 42);
  });

  it('that is a truncated .so never faults: it is refused, or what is left is all it needs', async () => {
    const small = temporaryPath('traps.so');
    await compileModule(await watGuest('traps'), small);
    const size = readFileSync(small).length;
    const lengths = Array.from({ length: Math.ceil(size / 48) }, (_, index) => index * 48 + 1);
    const outcomes = await loadTruncations(small, [...lengths, size]);
    for (const [length, outcome] of outcomes) {
      // The section headers at its end are not needed to run it.
      const allowed = length < size / 2 ? ['ERR_MODULE_INVALID'] : ['ERR_MODULE_INVALID', 42];
      assert.ok(allowed.includes(outcome as string), `${length} of ${size}: ${String(outcome)}`);
    }
    assert.equal(outcomes.get(size), 42);
  });

  it('that is a large truncated .so never faults', async () => {
    const large = temporaryPath('std-tour.so');
    await compileModule(rustGuest('std-tour'), large, { optimize: 0 });
    const size = readFileSync(large).length;
    // Also at page boundaries: an access to the mapping beyond them raises SIGBUS.
    const lengths = Array.from({ length: 16 }, (_, index) => Math.floor((size * index) / 16));
    const pages = lengths.map((length) => length & ~4095);
    const outcomes = await loadTruncations(large, [...new Set([...lengths, ...pages, size])]);
    assert.equal(outcomes.get(size), 'loaded');
    for (const [length, outcome] of outcomes) {
      if (length < size / 2) assert.equal(outcome, 'ERR_MODULE_INVALID', `${length} of ${size}`);
    }
  });

  it('that is a truncated universal .wasm is refused at every length but between sections', async () => {
    const file = temporaryPath('universal.wasm');
    await compileModule(await watGuest('traps'), file);
    const whole = readFileSync(file);
    const boundaries = new Set([8, ...sections(whole).map((each) => each.end)]);
    const lengths = Array.from(
      { length: Math.ceil(whole.length / 16) },
      (_, index) => index * 16 + 1,
    );
    const outcomes = await loadTruncations(file, [...lengths, whole.length], 'off');
    for (const [length, outcome] of outcomes) {
      if (boundaries.has(length)) continue;
      assert.equal(outcome, 'ERR_MODULE_INVALID', `${length} of ${whole.length} bytes`);
    }
    assert.equal(outcomes.get(whole.length), 42);
  });

  it('of a universal .wasm whose compiled section lies never faults while it is loaded', async () => {
    const file = temporaryPath('universal.wasm');
    await compileModule(await watGuest('traps'), file);
    const whole = readFileSync(file);
    const section = sections(whole).find((each) => each.name === 'wasmedge');
    assert.ok(section?.payload !== undefined, 'no section of compiled code');
    const target = temporaryPath('lying.wasm');
    const outcomes = JSON.parse(
      await scriptOutput(`
        const { readFileSync, writeFileSync } = require('node:fs');
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          const whole = readFileSync(${JSON.stringify(file)});
          const outcomes = {};
          // Where addresses, kinds and sizes are, and further into the code and its tables.
          for (let offset = 0; offset < 600; ++offset) {
            for (const bits of [0x01, 0x40, 0x80, 0xff]) {
              const bytes = Buffer.from(whole);
              bytes[${section.payload} + offset] ^= bits;
              writeFileSync(${JSON.stringify(target)}, bytes);
              const outcome = await loadModule(${JSON.stringify(target)}).then(
                (module) => module.close().then(() => module.mode),
                (error) => error.code,
              );
              outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
            }
          }
          console.log(JSON.stringify(outcomes));
        })();`),
    ) as Record<string, number>;
    // A changed address may still be valid; a changed instruction cannot be detected.
    assert.deepEqual(Object.keys(outcomes).sort(), ['ERR_MODULE_INVALID', 'aot']);
    assert.ok(outcomes.ERR_MODULE_INVALID! > 100, JSON.stringify(outcomes));
  });

  it('that does not validate is refused by both ways of running', async () => {
    // A function that must return an i32 but whose body is empty. The sections: types, functions,
    // code.
    const module = Buffer.from('0061736d010000000105016000017f030201000a040102000b', 'hex');
    for (const aot of ['auto', 'off'] as const) {
      const error = await fails('ERR_MODULE_INVALID', loadModule(fileOf(module), { aot }));
      assert.match(error.message, /WasmEdge/);
    }
  });
});
