import { GuestPage } from './host-calls.js';
import type { HostCall } from './host-calls.js';
import { sumModel } from './tflite-models.js';
import { elements, valuesOf } from './tflite.js';

/** The enumeration `nn_errno` of the interface wasi_ephemeral_nn. */
export const ERRNO = {
  success: 0,
  invalidArgument: 1,
  invalidEncoding: 2,
  missingMemory: 3,
  busy: 4,
  runtimeError: 5,
  unsupportedOperation: 6,
  tooLarge: 7,
  notFound: 8,
} as const;

/** Tensor types with WasmEdge's numbers. */
export const TENSOR_TYPE = { f16: 0, f32: 1, f64: 2, u8: 3, i32: 4, i64: 5 } as const;

/** A tensor's structure in guest memory: five words, some of which a test may make wrong. */
export interface TensorFields {
  dimensions: number;
  dimensionCount: number;
  type: number;
  data: number;
  dataLength: number;
}

/** Places a tensor's dimensions, its data and the structure that points to them. */
export function putTensor(
  page: GuestPage,
  shape: readonly number[],
  type: number,
  data: Uint8Array,
  wrong: Partial<TensorFields> = {},
): number {
  const fields: TensorFields = {
    dimensions: page.words(...shape),
    dimensionCount: shape.length,
    type,
    data: page.put(data),
    dataLength: data.length,
    ...wrong,
  };
  return page.words(
    ...[fields.dimensions, fields.dimensionCount, fields.type, fields.data, fields.dataLength].map(
      (word) => word >>> 0,
    ),
  );
}

const LEFT = elements('float32', [1, 2, 3, 4]);
const RIGHT = elements('float32', [10, 20, 30, 40]);
export const SUM_ANSWER = [11, 22, 33, 44];

/** The models that {@link SumSession} requests. */
export const SUM_MODELS = { sum: sumModel('float32') };

/** Everything that a guest does to add two tensors, with a separate call for each step. */
export class SumSession {
  readonly page = new GuestPage();
  readonly name = this.page.text('sum');
  readonly graph = this.page.room(4);
  readonly context = this.page.room(4);
  readonly left = putTensor(this.page, [1, 4], TENSOR_TYPE.f32, LEFT);
  readonly right = putTensor(this.page, [1, 4], TENSOR_TYPE.f32, RIGHT);
  readonly output = this.page.room(16);
  readonly written = this.page.room(4);

  readonly load: HostCall = ['load_by_name', this.name, 3, this.graph];
  readonly init: HostCall = ['init_execution_context', { at: this.graph }, this.context];
  readonly setLeft: HostCall = ['set_input', { at: this.context }, 0, this.left];
  readonly setRight: HostCall = ['set_input', { at: this.context }, 1, this.right];
  readonly compute: HostCall = ['compute', { at: this.context }];
  readonly getOutput: HostCall = [
    'get_output',
    { at: this.context },
    0,
    this.output,
    16,
    this.written,
  ];

  /** A context with its inputs set. */
  readonly prepare = [this.load, this.init, this.setLeft, this.setRight];
  /** From the start to the answer. */
  readonly all = [...this.prepare, this.compute, this.getOutput];

  answer(memory: Buffer): number[] {
    return valuesOf('float32', memory.subarray(this.output, this.output + 16));
  }
}
