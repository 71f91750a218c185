// A program on node:wasi, with this process's standard streams. Arguments: its file, folders as
// JSON, its own arguments.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

/** What is used of it; the types of Node.js do not have it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => object;
};

const [file = '', folders = '{}', ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: ['guest.wasm', ...args],
  env: {},
  preopens: JSON.parse(folders) as Record<string, string>,
});
const compiled = new WebAssembly.Module(Uint8Array.from(readFileSync(file)));
process.exitCode = wasi.start(new WebAssembly.Instance(compiled, wasi.getImportObject()));
