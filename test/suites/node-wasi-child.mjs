// One program in node:wasi, in a separate process, because it writes to the process's streams.

import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const { file, args, env, preopens } = JSON.parse(process.argv[2]);
const wasi = new WASI({ version: 'preview1', args, env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(file));
try {
  const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
  process.exitCode = wasi.start(instance);
} catch (error) {
  console.error(error);
  // As in other runtimes, for a program that ends with a trap.
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 134 : 1;
}
