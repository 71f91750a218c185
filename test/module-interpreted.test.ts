import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { runScript } from './support/process.js';
import type { Ended } from './support/process.js';
import { temporaryPath, watGuest } from './support/wat.js';

/** Loads two modules with the given folders and prints modes, results, events and warnings. */
async function loadTwo(env: Record<string, string>): Promise<Ended> {
  const files = [await watGuest('numbers'), await watGuest('traps')];
  return runScript(
    `
    const { subscribe } = require('node:diagnostics_channel');
    const { loadModule } = require('wasmedge-embed');
    const told = { modes: [], results: [], events: [], warnings: [] };
    process.on('warning', ({ name, code, message }) => told.warnings.push({ name, code, message }));
    subscribe('wasmedge-embed:compile', ({ module, output, error }) =>
      told.events.push({ module, output, failed: error !== undefined }));
    (async () => {
      for (const [file, name, args] of ${JSON.stringify([
        [files[0], 'add', [3, 4]],
        [files[1], 'good', []],
      ])}) {
        const module = await loadModule(file);
        told.modes.push(module.mode);
        told.results.push(await module.call(name, ...args));
        await module.close();
      }
      setImmediate(() => console.log(JSON.stringify(told)));
    })();`,
    { env, flags: ['--no-warnings'] },
  );
}

interface Told {
  modes: string[];
  results: number[];
  events: { module: string; output?: string; failed: boolean }[];
  warnings: { name: string; code: string; message: string }[];
}

describe('A plain module that cannot be compiled', () => {
  it('is interpreted, with one warning for each module, which says why', async () => {
    const regularFile = temporaryPath('regular-file');
    writeFileSync(regularFile, '');
    const nowhere = path.join(regularFile, 'below');
    const { code, stdout, stderr } = await loadTwo({
      WASMEDGE_EMBED_CACHE: nowhere,
      TMPDIR: nowhere,
    });
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as Told;
    assert.deepEqual(told.modes, ['interpreter', 'interpreter']);
    assert.deepEqual(told.results, [7, 42]);
    assert.deepEqual(
      told.events.map(({ output, failed }) => [output, failed]),
      [
        [undefined, true],
        [undefined, true],
      ],
    );
    assert.deepEqual(
      told.warnings.map((warning) => warning.code),
      ['WASMEDGE_EMBED_INTERPRETED', 'WASMEDGE_EMBED_INTERPRETED'],
    );
    for (const { message } of told.warnings)
      assert.match(message, /interpreted.*ENOTDIR.*compile/s);
  });

  it('is compiled into another temporary folder than one that others may write to', async () => {
    const regularFile = temporaryPath('regular-file');
    writeFileSync(regularFile, '');
    const temporary = temporaryPath('tmp');
    const prepared = path.join(temporary, `wasmedge-embed-${String(process.getuid?.())}`);
    mkdirSync(prepared, { recursive: true });
    chmodSync(prepared, 0o777);
    const { code, stdout, stderr } = await loadTwo({
      WASMEDGE_EMBED_CACHE: path.join(regularFile, 'below'),
      TMPDIR: temporary,
    });
    assert.equal(code, 0, stderr);
    const { modes, events } = JSON.parse(stdout) as Told;
    assert.deepEqual(modes, ['aot', 'aot']);
    for (const { output = '' } of events) {
      assert.ok(output.startsWith(temporary) && !output.startsWith(prepared + path.sep), output);
    }
    assert.deepEqual(readdirSync(prepared), []);
  });
});
