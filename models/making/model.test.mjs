import assert from 'node:assert/strict';

import { ByteBuffer } from 'flatbuffers';
import { describe, it } from 'mocha';

import { readCheckpoint } from './checkpoint.mjs';
import { Table, Tables, Vector, flatBuffer, int32, uint8 } from './flat-buffer.mjs';
import { readPickle } from './pickle.mjs';
import { Message } from './protocol-buffer.mjs';
import { quantizeWeights } from './quantize.mjs';

describe('the default model’s recipe', () => {
  describe('a pickle', () => {
    const read = (text) => readPickle(Buffer.from(text, 'latin1')).value;

    it('is read as plain data', () => {
      assert.equal(read('\x80\x02\x8a\x02\x00\xff.'), -256n);
      assert.deepEqual(read('\x80\x02(K\x01M\x00\x01J\xff\xff\xff\xffNt.'), [1, 256, -1, null]);
      assert.deepEqual(
        read('}(X\x01\x00\x00\x00a\x88X\x01\x00\x00\x00b\x89u.'),
        mapOf({ a: true, b: false }),
      );
      assert.deepEqual(read(']q\x00(h\x00K\x07e.').at(-1), 7);
    });

    it('calls nothing that it names', () => {
      const value = read('cos\nsystem\n(X\x02\x00\x00\x00lstR.');
      assert.deepEqual(value, { global: { name: 'os.system' }, args: ['ls'] });
    });

    it('is refused where it ends early or says what is not known', () => {
      assert.throws(() => read('\x80\x02X\x05\x00\x00\x00abc'), /ends too early/);
      assert.throws(() => read('\x80\x02B.'), /unknown opcode "B"/);
    });
  });

  it('minds the strides of tensors', () => {
    const tensors = readCheckpoint(checkpoint());
    assert.deepEqual([...tensors.keys()], ['plain', 'transposed']);
    const { shape, values } = tensors.get('transposed');
    assert.deepEqual(shape, [2, 3]);
    assert.deepEqual([...values], [0, 2, 4, 1, 3, 5]);
    assert.deepEqual([...tensors.get('plain').values], [4, 5]);
  });

  it('refuses weights in another form', () => {
    assert.throws(
      () => readCheckpoint(Buffer.concat([checkpoint().subarray(0, -1)])),
      /end too early/,
    );
    assert.throws(() => readCheckpoint(Buffer.from('K\x01.'.repeat(5), 'latin1')), /before 1\.6/);
  });

  describe('weights', () => {
    const quantized = (kind, weights, bias, inputScale = 0.5) =>
      quantizeWeights(
        { kind, weights: Float32Array.from(weights), bias: Float32Array.from(bias) },
        inputScale,
      );

    it('have a scale for each channel', () => {
      const { weights, scales, bias } = quantized('CONV_2D', [127, -63.6, 1, -254], [1, -3]);
      assert.deepEqual([...weights], [127, -64, 1, -127]);
      assert.deepEqual([...scales], [1, 2]);
      assert.deepEqual([...bias], [2, -3]);
    });

    it('have their channels last where they are depthwise', () => {
      const { weights, scales } = quantized('DEPTHWISE_CONV_2D', [127, 1, -1, -254], [0, 0]);
      assert.deepEqual([...weights], [127, 1, -1, -127]);
      assert.deepEqual([...scales], [1, 2]);
    });

    it('leave the bias of a dead channel within 32 bits', () => {
      const { weights, scales, bias, biasScales } = quantized(
        'CONV_2D',
        [1e-20, -1e-20],
        [6, 0],
        0.01,
      );
      assert.deepEqual([...weights], [0, 0]);
      assert.ok(Math.abs(bias[0]) < 2 ** 31 - 1);
      assert.ok(Math.abs(bias[0] * biasScales[0] - 6) < 1e-5);
      assert.ok(scales[1] > 0);
    });
  });

  describe('a FlatBuffer', () => {
    it('is read by the library', () => {
      const shared = Vector.of(BigInt64Array.of(7n, -1n));
      const child = (number) => new Table({ 0: uint8(number), 3: shared, 4: Vector.text('name') });
      const root = new Table({
        0: int32(3),
        2: new Tables([child(1), child(2)]),
        4: new Vector(Uint8Array.of(1, 2, 3), 3, 16),
        5: undefined,
      });
      const bytes = flatBuffer(root, 'TEST');
      assert.equal(bytes.toString('latin1', 4, 8), 'TEST');

      const buffer = new ByteBuffer(new Uint8Array(bytes));
      const at = buffer.readInt32(0);
      assert.equal(buffer.readInt32(at + field(buffer, at, 0)), 3);
      assert.equal(field(buffer, at, 1), 0);
      assert.equal(field(buffer, at, 5), 0);
      const vector = (table, number) => buffer.__vector(table + field(buffer, table, number));
      assert.equal(vector(at, 4) % 16, 0);
      assert.equal(buffer.readUint8(vector(at, 4) + 2), 3);
      const tables = [0, 1].map((index) => buffer.__indirect(vector(at, 2) + 4 * index));
      assert.ok(tables[0] < tables[1]);
      for (const [index, table] of tables.entries()) {
        assert.equal(buffer.readUint8(table + field(buffer, table, 0)), index + 1);
        assert.equal(buffer.__string(table + field(buffer, table, 4)), 'name');
        assert.equal(vector(table, 3) % 8, 0);
        assert.equal(buffer.readInt64(vector(table, 3) + 8), -1n);
      }
      assert.equal(vector(tables[0], 3), vector(tables[1], 3));
    });
  });

  it('writes Protocol Buffers', () => {
    const inner = new Message().integer(1, 300).integer(3, 2 ** 35);
    const message = new Message().message(2, inner).each(20, ['a', 'b'], Message.prototype.bytes);
    assert.equal(
      message.toBytes().toString('hex'),
      '120a' + '08ac02' + '18808080808001' + 'a20101' + '61' + 'a20101' + '62',
    );
  });
});

const mapOf = (object) => new Map(Object.entries(object));

/** The position of a table's field, relative to the table; 0 if it is absent. */
function field(buffer, table, number) {
  return buffer.__offset(table, 4 + 2 * number);
}

/** Two floats, six as a matrix stored transposed, and a counter. */
function checkpoint() {
  const text = (value) => `X${uint32(value.length)}${value}`;
  const tensor = (name, type, [key, elements], offset, shape, strides) =>
    `${text(name)}ctorch._utils\n_rebuild_tensor_v2\n` +
    `((${text('storage')}ctorch\n${type}\n${text(key)}${text('cpu')}K${char(elements)}NtQ` +
    `K${char(offset)}(${shape.map((size) => `K${char(size)}`).join('')}t` +
    `(${strides.map((size) => `K${char(size)}`).join('')}t\x89ccollections\nOrderedDict\n)RtR`;
  const head =
    '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.' +
    `\x80\x02}${text('little_endian')}\x88s.` +
    '\x80\x02ccollections\nOrderedDict\n)R(' +
    tensor('plain', 'FloatStorage', ['a', 6], 4, [2], [1]) +
    tensor('transposed', 'FloatStorage', ['a', 6], 0, [2, 3], [1, 2]) +
    tensor('counter', 'LongStorage', ['b', 1], 0, [1], [1]) +
    `u.\x80\x02](${text('b')}${text('a')}e.`;
  const count = (number) => Buffer.from(BigInt64Array.of(BigInt(number)).buffer);
  const floats = Float32Array.of(0, 1, 2, 3, 4, 5);
  return Buffer.concat([
    ...[Buffer.from(head, 'latin1'), count(1), count(9), count(6), Buffer.from(floats.buffer)],
  ]);
}

function uint32(value) {
  return String.fromCharCode(value % 256, Math.floor(value / 256), 0, 0);
}

function char(value) {
  return String.fromCharCode(value);
}
