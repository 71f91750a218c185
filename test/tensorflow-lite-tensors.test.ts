import assert from 'node:assert/strict';

import { TENSORFLOW_LITE, callHost } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { ERRNO, SUM_ANSWER, TensorFlowLiteSession } from './support/tensorflow-lite-session.js';
import { valuesOf } from './support/tflite.js';

describe('wasmedge_tensorflowlite tensors', () => {
  it('takes inputs of exactly their size', async () => {
    const session = new TensorFlowLiteSession();
    const sizes = [0, 4, 15, 17, 32];
    const { errnos } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      session.create,
      session.appendRight,
      ...sizes.map((size) => session.append(session.leftName, 4, session.leftData, size)),
      session.run,
    ]);
    const refused = [...sizes, 'run without the left input'].map(() => ERRNO.invalidArgument);
    assert.deepEqual(errnos, [0, 0, ...refused]);
  });

  it('finds inputs and outputs by their whole names only', async () => {
    const session = new TensorFlowLiteSession();
    const { page, leftData, tensor } = session;
    const inputs = ['', 'lef', 'left ', 'LEFT', 'sum', 'left\0'];
    const outputs = ['', 'su', 'sum ', 'Sum', 'left'];
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, page, [
      session.create,
      ...inputs.map((name) => session.append(page.text(name), name.length, leftData, 16)),
      ...outputs.map((name): HostCall => [
        'get_output_tensor',
        { at: session.session },
        page.text(name),
        name.length,
        tensor,
      ]),
    ]);
    assert.deepEqual(errnos, [0, ...[...inputs, ...outputs].map(() => ERRNO.invalidArgument)]);
    assert.equal(memory.readUInt32LE(tensor), 0xaaaaaaaa, 'nothing is written on failure');
  });

  it('tells the length of an output before and after the run', async () => {
    const session = new TensorFlowLiteSession();
    const before = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.prepare,
      session.getLength,
    ]);
    assert.deepEqual(before.errnos, [0, 0, 0, 0, 0]);
    assert.equal(before.memory.readUInt32LE(session.length), 16);
    const after = await callHost(TENSORFLOW_LITE, {}, session.page, session.all);
    assert.equal(after.memory.readUInt32LE(session.length), 16);
    assert.equal(after.memory.readUInt32LE(session.written), 16);
    assert.deepEqual(session.answer(after.memory), SUM_ANSWER);
  });

  it('has no data before the run', async () => {
    const session = new TensorFlowLiteSession();
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.prepare,
      session.getData,
    ]);
    assert.equal(errnos.at(-1), ERRNO.invalidArgument);
    assert.equal(memory.readUInt32LE(session.written), 0);
    assert.equal(memory.readUInt32LE(session.output), 0xaaaaaaaa);
  });

  it('writes data into a buffer of exactly the tensor’s size', async () => {
    const session = new TensorFlowLiteSession();
    const buffer = session.page.room(64);
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.prepare,
      session.run,
      ...[0, 15, 17, 64].map((size) => session.data(buffer, size)),
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
    assert.deepEqual(memory.subarray(buffer, buffer + 64), Buffer.alloc(64, 0xaa));
    assert.equal(memory.readUInt32LE(session.written), 0);
  });

  it('refuses a tensor that is none', async () => {
    const session = new TensorFlowLiteSession();
    const { output, length, written } = session;
    const handle = { at: session.session };
    const numbers = [1, 2, 0xffff, 2 ** 31 - 1, -1];
    const { errnos } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.prepare,
      session.run,
      ...numbers.flatMap((tensor): HostCall[] => [
        ['get_tensor_len', handle, tensor, length],
        ['get_tensor_data', handle, tensor, output, 16, written],
      ]),
    ]);
    assert.deepEqual(errnos.slice(5), Array<number>(10).fill(ERRNO.invalidArgument));
  });

  it('writes into the last bytes of the page and nothing beside them', async () => {
    const session = new TensorFlowLiteSession();
    const last = session.page.bytes.length - 16;
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.prepare,
      session.run,
      session.data(last, 16),
    ]);
    assert.equal(errnos.at(-1), 0);
    assert.deepEqual(valuesOf('float32', memory.subarray(last)), SUM_ANSWER);
    assert.deepEqual(memory.subarray(last - 16, last), Buffer.alloc(16));
  });
});
