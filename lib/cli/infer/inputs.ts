import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import { readRegularFile } from '../../support/regular-file.js';
import type { TensorDescription } from '../../options/types.js';

import { elementCount, shapeText, sizeOf } from './elements.js';
import { isNpy, readNpy } from './npy.js';

/** A file for an input. */
export interface GivenInput {
  /** The input's name or index; absent if the model has only one input. */
  name?: string;
  file: string;
}

/** An input of the model, and the source of its elements. */
export interface ChosenInput {
  /** With the shape for the run: that of its file, if the model leaves sizes free. */
  description: TensorDescription;
  /** Its bytes and their file; absent for pseudo-random numbers. */
  given?: { file: string; bytes: Uint8Array };
}

/** An argument parser for commander, for a repeatable option: `NAME=FILE`, or `FILE`. */
export function collectInput(value: string, before: readonly GivenInput[] = []): GivenInput[] {
  const separator = value.indexOf('=');
  const given =
    separator < 0
      ? { file: value }
      : { name: value.slice(0, separator), file: value.slice(separator + 1) };
  return [...before, given];
}

/**
 * Reads the files and assigns them to inputs.
 *
 * @param inputs The model's inputs.
 * @param random Whether inputs without a file are pseudo-random numbers.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if an input has no file, a file has no input, or the
 *   two do not fit.
 */
export async function chooseInputs(
  inputs: readonly TensorDescription[],
  files: readonly GivenInput[],
  random: boolean,
): Promise<ChosenInput[]> {
  const byInput = new Map<TensorDescription, string>();
  for (const { name, file } of files) {
    const input = inputNamed(inputs, name, file);
    if (byInput.has(input)) refuse(`Input '${printable(input.name)}' was given twice.`);
    byInput.set(input, file);
  }
  const missing = inputs.filter((input) => !byInput.has(input));
  if (missing.length > 0 && !random) {
    const options = missing.map(({ name }) => `--input ${shellWord(`${name}=FILE`)}`);
    refuse(
      `The model takes ${listOf(inputs)}. Provide the elements of each (${options.join(' ')}), or let them be ` +
        'pseudo-random numbers (--random).',
    );
  }
  return Promise.all(
    inputs.map(async (description) => {
      const file = byInput.get(description);
      if (file === undefined) return { description };
      const { shape, bytes } = await elementsFor(description, file);
      return { description: { ...description, shape }, given: { file, bytes } };
    }),
  );
}

function inputNamed(
  inputs: readonly TensorDescription[],
  name: string | undefined,
  file: string,
): TensorDescription {
  if (name === undefined) {
    const [only, ...others] = inputs;
    if (only && others.length === 0) return only;
    return refuse(
      `The model takes ${listOf(inputs)}: say which of them '${printable(file)}' is for (--input NAME=FILE).`,
    );
  }
  const found =
    inputs.find((input) => input.name === name) ??
    (/^\d+$/.test(name) ? inputs[Number(name)] : undefined);
  return (
    found ?? refuse(`The model has no input '${printable(name)}'. It takes ${listOf(inputs)}.`)
  );
}

interface Elements {
  shape: number[];
  bytes: Uint8Array;
}

async function elementsFor(input: TensorDescription, file: string): Promise<Elements> {
  const content = await readInput(file);
  const takes = `Input '${printable(input.name)}' takes ${input.type} of shape ${takenShape(input)}`;
  if (isNpy(content)) {
    const { type, shape, bytes } = readNpy(content, file);
    if (type !== input.type) {
      refuse(
        `${takes}, and ${printable(file)} has ${type}. Save array.astype(numpy.${input.type}).`,
      );
    }
    if (!takesShape(input, shape)) {
      const option = `--shape ${shellWord(`${input.name}=${shapeText(shape)}`)}`;
      const isOfAsMany = shape.length === input.shape.length && elementCount(shape) > 0;
      refuse(
        `${takes}, and ${printable(file)} has the shape ${shapeText(shape)}.` +
          (isOfAsMany ? ` With ${option} the model tries that shape.` : ''),
      );
    }
    return { shape, bytes };
  }
  const expected = elementCount(input.shape) * sizeOf(input.type);
  if (content.length !== expected) {
    refuse(
      `${takes}, which are ${expected} bytes${hasFreeSizes(input) ? ` as ${shapeText(input.shape)}` : ''}, and ` +
        `${printable(file)} has ${content.length}. A file without a .npy header is read as the ` +
        'elements only.',
    );
  }
  return { shape: input.shape, bytes: content };
}

function hasFreeSizes({ shapeSignature }: TensorDescription): boolean {
  return shapeSignature?.includes(-1) ?? false;
}

/** With a question mark for each size that the model leaves free: `?x224x224x3`. */
function takenShape({ shape, shapeSignature }: TensorDescription): string {
  return shapeText(shapeSignature ?? shape).replaceAll('-1', '?');
}

/** Whether it is the current shape, or one that only differs where the model leaves sizes free. */
function takesShape(input: TensorDescription, given: readonly number[]): boolean {
  const { shape, shapeSignature = shape } = input;
  if (shapeText(given) === shapeText(shape)) return true;
  return (
    given.length === shapeSignature.length &&
    given.every(
      (size, axis) => size === shapeSignature[axis] || (shapeSignature[axis] === -1 && size > 0),
    )
  );
}

async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(file);
  } catch (error) {
    const message = `Cannot read the input ${printable(file)}: ${reasonOf(error)}.`;
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', message, { cause: error });
  }
}

function listOf(inputs: readonly TensorDescription[]): string {
  const each = inputs.map(
    (input) => `'${printable(input.name)}' (${input.type}, ${takenShape(input)})`,
  );
  const noun = inputs.length === 1 ? 'input' : 'inputs';
  return inputs.length === 0 ? 'no inputs' : `${inputs.length} ${noun}: ${each.join(', ')}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

function refuse(message: string): never {
  throw new WasmEdgeError('ERR_INVALID_ARGUMENT', message);
}
