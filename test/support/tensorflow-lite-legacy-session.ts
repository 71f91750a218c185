import { GuestPage, resultOf } from './host-calls.js';
import type { Argument, HostCall } from './host-calls.js';
import { sumModel } from './tflite-models.js';
import { elements, valuesOf } from './tflite.js';

const MODEL = sumModel('float32');

/**
 * Adds two tensors with the functions of WasmEdge 0.8 to 0.12, with a separate call for each step.
 */
export class TensorFlowLiteLegacySession {
  readonly page = new GuestPage();
  readonly model = this.page.put(MODEL);
  readonly modelLength = MODEL.length;
  readonly output = this.page.room(16);
  readonly leftName = this.page.text('left');
  readonly rightName = this.page.text('right');
  readonly sumName = this.page.text('sum');
  readonly leftData = this.page.put(elements('float32', [1, 2, 3, 4]));
  readonly rightData = this.page.put(elements('float32', [10, 20, 30, 40]));

  /** The results of the first and the last call of {@link prepare}. */
  readonly session = resultOf(0);
  readonly tensor = resultOf(3);

  /** A session with its inputs set and its output found: the first calls. */
  readonly prepare: readonly HostCall[] = [
    ['wasmedge_tensorflowlite_create_session', this.model, this.modelLength],
    this.append(this.session, this.leftName, 4, this.leftData, 16),
    this.append(this.session, this.rightName, 5, this.rightData, 16),
    ['wasmedge_tensorflowlite_get_output_tensor', this.session, this.sumName, 3],
  ];
  readonly run: HostCall = ['wasmedge_tensorflowlite_run_session', this.session];
  readonly getLength: HostCall = ['wasmedge_tensorflowlite_get_tensor_len', this.tensor];
  readonly getData = this.data(this.tensor, this.output);
  readonly remove: HostCall = ['wasmedge_tensorflowlite_delete_session', this.session];
  /** From the start to the answer. */
  readonly all = [...this.prepare, this.run, this.getLength, this.getData];

  append(
    session: Argument,
    name: number,
    nameLength: number,
    data: number,
    dataLength: number,
  ): HostCall {
    return ['wasmedge_tensorflowlite_append_input', session, name, nameLength, data, dataLength];
  }

  data(tensor: Argument, buffer: number): HostCall {
    return ['wasmedge_tensorflowlite_get_tensor_data', tensor, buffer];
  }

  answer(memory: Buffer): number[] {
    return valuesOf('float32', memory.subarray(this.output, this.output + 16));
  }
}
