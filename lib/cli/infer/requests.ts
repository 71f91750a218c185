import { shapeText } from './elements.js';
import type { ElementType } from './elements.js';

// The protocol of the guest `infer`: wasm/README.md.

/** A request, in parts that are written one after another. */
export type Request = readonly (string | Uint8Array)[];

/** An input by its index: its bytes, or the seed of pseudo-random numbers. */
export interface InputRequest {
  session: number;
  input: number;
  type: ElementType;
  shape: readonly number[];
  content: Uint8Array | { seed: number };
}

/** Requests the host's description of a model. */
export function describe(model: string): Request {
  return [`describe ${model}\n`];
}

/** Opens a session; sessions are numbered from 0. */
export function open(model: string, config?: string): Request {
  if (config === undefined) return [`open ${model}\n`];
  const bytes = Buffer.from(config);
  return [`open ${model} ${bytes.length}\n`, bytes];
}

/** Opens a session with a model from the guest, which is checked like everything from guests. */
export function load(model: Uint8Array): Request {
  return [`load ${model.byteLength}\n`, model];
}

export function setInput({ session, input, type, shape, content }: InputRequest): Request {
  const words = `${session} ${input} ${type} ${shapeText(shape)}`;
  if ('seed' in content) return [`random ${words} ${content.seed}\n`];
  return [`set ${words} ${content.byteLength}\n`, content];
}

/** @param sizes The expected sizes of the outputs in bytes; without them no output is returned. */
export function run(session: number, sizes?: readonly number[]): Request {
  return [`run ${session} ${sizes === undefined ? '-' : sizes.join(',')}\n`];
}

export function close(session: number): Request {
  return [`close ${session}\n`];
}

/** The guest's standard input. */
export function requestBytes(requests: readonly Request[]): Buffer {
  return Buffer.concat(
    requests.flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
}

export type Answer =
  | { kind: 'describe'; description: string }
  | {
      kind: 'run';
      session: number;
      /** The computing time. */
      milliseconds: number;
      /** Absent if they were not requested. */
      outputs: Buffer[] | undefined;
    };

const LINE = /^(?:describe (?<bytes>\d+)|run (?<session>\d+) (?<time>\d+) (?<sizes>-|[\d,]+))$/;

/**
 * Parses the answers in the guest's standard output.
 *
 * @throws {Error} If it is not the output of this guest.
 */
export function answersOf(stdout: Buffer): Answer[] {
  const answers: Answer[] = [];
  let offset = 0;
  const take = (size: number): Buffer => {
    const bytes = stdout.subarray(offset, offset + size);
    if (bytes.length !== size) throw new Error("The guest's output ends early.");
    offset += size;
    return bytes;
  };
  while (offset < stdout.length) {
    const end = stdout.indexOf('\n', offset);
    const line = take((end < 0 ? stdout.length : end + 1) - offset).toString();
    const groups = LINE.exec(line.trimEnd())?.groups;
    if (!groups) throw new Error("The guest's output is not valid.");
    const { bytes, session, time, sizes } = groups;
    if (bytes !== undefined) {
      answers.push({ kind: 'describe', description: take(Number(bytes)).toString() });
      continue;
    }
    const outputs = sizes === '-' ? undefined : sizes?.split(',').map((size) => take(Number(size)));
    answers.push({
      kind: 'run',
      session: Number(session),
      milliseconds: Number(time) / 1e6,
      outputs,
    });
  }
  return answers;
}
