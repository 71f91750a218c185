import { open } from 'node:fs/promises';

import Table from 'cli-table3';
import { Command } from 'commander';

import { inspectModel } from '../module/inspect-model.js';
import { inspectModule } from '../module/inspect.js';
import type { ExternalDescription } from '../options/types.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { printable } from '../support/printable.js';

import { modelText } from './inspect-model.js';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      "Show a module's imports and exports, or a model's inputs, outputs, signatures, operators, state, metadata " +
        'and cost, and why it cannot be run.',
    )
    .argument('<file>', 'a .wasm, a compiled .so, or a .tflite')
    .option('--json', 'print JSON')
    .action(inspect);
}

async function inspect(file: string, { json }: { json?: true }): Promise<void> {
  if (await isModel(file)) {
    const model = await inspectModel(file);
    if (json) {
      print(model);
      return;
    }
    console.log(modelText(file, model));
    return;
  }
  const module = await inspectModule(file);
  if (json) {
    print(module);
    return;
  }
  const code = module.mode === 'aot' ? 'compiled ahead of time' : 'not compiled';
  console.log(`${file}: WebAssembly module, ${FORMS[module.form]}, ${code}`);
  printExternals('import', module.imports);
  printExternals('export', module.exports);
}

const FORMS = {
  'shared-library': 'shared object',
  universal: 'universal',
  plain: 'plain',
} as const;
const WASM = Buffer.from('\0asm');
const ELF = Buffer.from('\x7fELF');
/** The identifier at bytes 4 to 7 of a TensorFlow Lite FlatBuffer. */
const TFLITE = Buffer.from('TFL3');
/** File names of other frameworks' models. */
const OF_OTHER_FRAMEWORKS = /\.(onnx|pt|pth|pb|h5|keras|safetensors|gguf|mlmodel)$/i;

/**
 * @returns Whether it is a model; otherwise it is a module.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD; ERR_MODULE_INVALID if it is neither.
 */
async function isModel(file: string): Promise<boolean> {
  const begin = await readBegin(file);
  if (begin.subarray(4).equals(TFLITE) || file.endsWith('.tflite')) return true;
  const magic = begin.subarray(0, 4);
  if (magic.equals(WASM) || magic.equals(ELF)) return false;
  if (begin.length === 0) {
    throw new WasmEdgeError('ERR_MODULE_INVALID', `${printable(file)} is empty.`);
  }
  const advice = OF_OTHER_FRAMEWORKS.test(file)
    ? ' Convert it to TensorFlow Lite (.tflite) first.'
    : '';
  throw new WasmEdgeError(
    'ERR_MODULE_INVALID',
    `${printable(file)} is neither a WebAssembly module (.wasm), nor a module compiled by WasmEdge (.so), nor a ` +
      `TensorFlow Lite model (.tflite).${advice}`,
  );
}

async function readBegin(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new WasmEdgeError('ERR_MODULE_LOAD', `Cannot read ${file}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

function printExternals(title: string, externals: readonly ExternalDescription[]): void {
  const table = new Table({
    head: [title, 'kind', 'type'],
    style: { head: [], border: [], compact: true },
  });
  for (const { module, name, kind, params, results } of externals) {
    const type = params && results ? `(${params.join(', ')}) -> (${results.join(', ')})` : '';
    table.push([module === undefined ? name : `${module}.${name}`, kind, type]);
  }
  console.log(externals.length === 0 ? `no ${title}s` : table.toString());
}
