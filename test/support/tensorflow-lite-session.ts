import { GuestPage } from './host-calls.js';
import type { HostCall } from './host-calls.js';
import { sumModel } from './tflite-models.js';
import { elements, valuesOf } from './tflite.js';

/** The enumeration `ErrNo` of WasmEdge's plug-in wasmedge_tensorflowlite. */
export const ERRNO = {
  success: 0,
  invalidArgument: 1,
  invalidEncoding: 2,
  missingMemory: 3,
  busy: 4,
  runtimeError: 5,
} as const;

const MODEL = sumModel('float32');
export const SUM_ANSWER = [11, 22, 33, 44];

/** Everything that a guest does to add two tensors, with a separate call for each step. */
export class TensorFlowLiteSession {
  readonly page = new GuestPage();
  readonly model = this.page.put(MODEL);
  readonly modelLength = MODEL.length;
  readonly session = this.page.room(4);
  readonly tensor = this.page.room(4);
  readonly length = this.page.room(4);
  readonly written = this.page.room(4);
  readonly output = this.page.room(16);
  readonly leftName = this.page.text('left');
  readonly rightName = this.page.text('right');
  readonly sumName = this.page.text('sum');
  readonly leftData = this.page.put(elements('float32', [1, 2, 3, 4]));
  readonly rightData = this.page.put(elements('float32', [10, 20, 30, 40]));

  readonly create: HostCall = ['create_session', this.model, this.modelLength, this.session];
  readonly appendLeft = this.append(this.leftName, 4, this.leftData, 16);
  readonly appendRight = this.append(this.rightName, 5, this.rightData, 16);
  readonly run: HostCall = ['run_session', { at: this.session }];
  readonly getTensor: HostCall = [
    'get_output_tensor',
    { at: this.session },
    this.sumName,
    3,
    this.tensor,
  ];
  readonly getLength: HostCall = [
    'get_tensor_len',
    { at: this.session },
    { at: this.tensor },
    this.length,
  ];
  readonly getData = this.data(this.output, 16);
  readonly remove: HostCall = ['delete_session', { at: this.session }];

  /** A session with its inputs set and its output found. */
  readonly prepare = [this.create, this.appendLeft, this.appendRight, this.getTensor];
  /** From the start to the answer. */
  readonly all = [...this.prepare, this.run, this.getLength, this.getData];

  append(name: number, nameLength: number, data: number, dataLength: number): HostCall {
    return ['append_input', { at: this.session }, name, nameLength, data, dataLength];
  }

  data(buffer: number, length: number): HostCall {
    return [
      'get_tensor_data',
      { at: this.session },
      { at: this.tensor },
      buffer,
      length,
      this.written,
    ];
  }

  answer(memory: Buffer): number[] {
    return valuesOf('float32', memory.subarray(this.output, this.output + 16));
  }
}
