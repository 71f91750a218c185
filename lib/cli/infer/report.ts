import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import Table from 'cli-table3';

import { writeAtomically } from '../../support/atomic-file.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import type { TensorDescription } from '../../options/types.js';

import { elementsOf, shapeText } from './elements.js';
import type { ChosenInput } from './inputs.js';
import { writeNpy } from './npy.js';
import type { Tensor } from './npy.js';

/** An output of the last run. */
export interface Output extends Tensor {
  name: string;
}

/** What was run, and its results. */
export interface Inference {
  model: string;
  mode: string;
  loadMs: number;
  inputs: readonly ChosenInput[];
  outputs: readonly Output[];
  /** The computing time of each run. */
  runsMs: readonly number[];
}

/** The number of an output's elements in the JSON, and in the table. */
const MOST_IN_JSON = 4096;
const MOST_IN_TABLE = 6;

/** For programs. int64 elements beyond 2^53, and floats that JSON cannot represent, are strings. */
export function inferenceJson(inference: Inference): string {
  const { model, mode, loadMs, runsMs } = inference;
  const inputs = inference.inputs.map(({ description: { name, type, shape }, given }) => ({
    name,
    type,
    shape,
    ...(given ? { file: given.file } : { random: true }),
  }));
  const outputs = inference.outputs.map(({ name, type, shape, bytes }) => ({
    name,
    type,
    shape,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    values: elementsOf(type, bytes, MOST_IN_JSON).map(jsonNumber),
  }));
  return JSON.stringify({ model, mode, loadMs, inputs, outputs, runsMs }, null, 2);
}

function jsonNumber(value: number | bigint): number | string {
  const isExact =
    typeof value === 'bigint' ? Number.isSafeInteger(Number(value)) : Number.isFinite(value);
  return isExact ? Number(value) : String(value);
}

/** For people. */
export function inferenceText({ outputs, runsMs, loadMs }: Inference): string {
  const table = new Table({
    head: ['output', 'type', 'shape', 'values'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, type, shape, bytes } of outputs) {
    table.push([printable(name), type, shapeText(shape), firstValues({ type, shape, bytes })]);
  }
  return `${table.toString()}\n${timesText(runsMs)} Load (library, guest, model): ${loadMs.toFixed(1)} ms.`;
}

function firstValues({ type, bytes }: Tensor): string {
  const values = elementsOf(type, bytes, MOST_IN_TABLE + 1);
  const shown = values.slice(0, MOST_IN_TABLE).map((value) => {
    const isFraction = typeof value === 'number' && !Number.isInteger(value);
    return isFraction ? value.toPrecision(6) : String(value);
  });
  return values.length > MOST_IN_TABLE ? `${shown.join(' ')} …` : shown.join(' ');
}

function timesText(runsMs: readonly number[]): string {
  const text = (milliseconds: number): string => `${milliseconds.toFixed(3)} ms`;
  const [first = 0, ...others] = runsMs;
  if (others.length === 0) return `Run: ${text(first)}.`;
  const sorted = others.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const range = `${text(sorted[0] ?? 0)} to ${text(sorted.at(-1) ?? 0)}`;
  return `Runs: ${runsMs.length}. The first took ${text(first)}, the others ${text(median)} (median; ${range}).`;
}

/**
 * Writes outputs as `.npy` files; missing folders are created.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if one cannot be written.
 */
export async function writeOutputs(
  files: readonly string[],
  outputs: readonly Output[],
): Promise<void> {
  try {
    for (const [index, output] of outputs.entries()) {
      await writeAtomically(files[index] ?? '', (temporary) =>
        writeFile(temporary, writeNpy(output)),
      );
    }
  } catch (error) {
    const message = `Cannot write the outputs: ${reasonOf(error)}.`;
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', message, { cause: error });
  }
}

/**
 * The files for the outputs, in order.
 *
 * @param target A folder or, for a model with one output, a `.npy` file.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for one file if there are several outputs.
 */
export function outputFiles(
  target: string,
  outputs: readonly Pick<TensorDescription, 'name'>[],
): string[] {
  if (target.endsWith('.npy')) {
    if (outputs.length === 1) return [target];
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `The model has ${outputs.length} outputs: specify a folder for their files instead of ${printable(target)}.`,
    );
  }
  const names = outputs.map(({ name }) =>
    name
      .replace(/[^\w.-]/g, '_')
      .replace(/^\.+/, '')
      .slice(0, 100),
  );
  return names.map((name, index) => {
    const isUnique = name !== '' && names.indexOf(name) === names.lastIndexOf(name);
    return path.join(target, isUnique ? `${name}.npy` : `${index}${name && `-${name}`}.npy`);
  });
}
