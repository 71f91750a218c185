import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import initWabt from 'wabt';

import { ROOT } from './paths.js';

const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-test-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
let assembler: ReturnType<typeof initWabt> | undefined;

/** A new path in a folder that is removed at the end of the test run. */
export function temporaryPath(name: string): string {
  return path.join(folder, `${String(count++)}-${name}`);
}

type Features = Parameters<Awaited<ReturnType<typeof initWabt>>['parseWat']>[2];

/**
 * Assembles WebAssembly text; `features` are features of wabt that are off by default. `named`:
 * with the names of its functions.
 */
export async function assemble(
  text: string,
  features: Features = {},
  named = false,
): Promise<Buffer> {
  const wabt = await (assembler ??= initWabt());
  // UTF-8, in a separate buffer: wabt uses the whole ArrayBuffer under a view.
  const module = wabt.parseWat('guest.wat', Uint8Array.from(Buffer.from(text)), features);
  try {
    return Buffer.from(module.toBinary({ write_debug_names: named }).buffer);
  } finally {
    module.destroy();
  }
}

/** Assembles WebAssembly text into a new .wasm file. */
export async function wasmFile(text: string, features: Features = {}): Promise<string> {
  const file = temporaryPath('guest.wasm');
  writeFileSync(file, await assemble(text, features));
  return file;
}

/** A guest of test/guests/wat, assembled. */
export async function watGuest(name: string): Promise<string> {
  return wasmFile(watText(name));
}

/** The same with the names of its functions. */
export async function namedWatGuest(name: string): Promise<string> {
  const file = temporaryPath(`${name}.wasm`);
  writeFileSync(file, await assemble(watText(name), {}, true));
  return file;
}

function watText(name: string): string {
  return readFileSync(path.join(ROOT, 'test', 'guests', 'wat', `${name}.wat`), 'utf8');
}
