import assert from 'node:assert/strict';

import { isNpy, readNpy, writeNpy } from './support/infer.js';

/** As NumPy 2 writes it: `numpy.save(file, array)`. */
function saved(header: string, data: Buffer, version = 1): Buffer {
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + header.length + 1) / 64) * 64 - prefix;
  const size = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) size.writeUInt16LE(length);
  else size.writeUInt32LE(length);
  const begin = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  return Buffer.concat([begin, size, Buffer.from(`${header.padEnd(length - 1)}\n`), data]);
}

const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;

describe('Files of NumPy', () => {
  const right: [descr: string, shape: string, bytes: number, expected: [string, number[]]][] = [
    ['<f4', '2, 3', 24, ['float32', [2, 3]]],
    ['<f2', '3,', 6, ['float16', [3]]],
    ['<f8', '', 8, ['float64', []]],
    ['|u1', '1, 2, 2, 1', 4, ['uint8', [1, 2, 2, 1]]],
    ['|i1', '4,', 4, ['int8', [4]]],
    ['<i2', '4,', 8, ['int16', [4]]],
    ['<i4', '0, 4', 0, ['int32', [0, 4]]],
    ['<i8', '2L, 1L', 16, ['int64', [2, 1]]],
    ['|b1', '2,', 2, ['bool', [2]]],
  ];
  for (const [descr, shape, bytes, expected] of right) {
    for (const version of [1, 2, 3]) {
      it(`are read: ${descr} of (${shape}), version ${version}`, () => {
        const data = Buffer.from(Array.from({ length: bytes }, (_, index) => index));
        const file = saved(header(descr, shape), data, version);
        assert.ok(isNpy(file));
        const tensor = readNpy(file, 'a.npy');
        assert.deepEqual([tensor.type, tensor.shape], expected);
        assert.deepEqual(Buffer.from(tensor.bytes), data);
      });
    }
    if (!shape.includes('L')) {
      it(`are written as NumPy does: ${descr} of (${shape})`, () => {
        const data = Buffer.alloc(bytes, 7);
        const file = saved(header(descr, shape), data);
        assert.deepEqual(writeNpy(readNpy(file, 'a.npy')), file);
      });
    }
  }

  it('are read in the order of Fortran where that is no other', () => {
    assert.deepEqual(
      readNpy(saved(header('|u1', '1, 3, 1', 'True'), Buffer.alloc(3)), 'a').shape,
      [1, 3, 1],
    );
  });

  const wrong: [what: string, file: Buffer, expected: RegExp][] = [
    ['nothing behind the magic', Buffer.from('\x93NUMPY', 'latin1'), /ends in its header/],
    [
      'a header longer than the file',
      saved(header('<f4', '2,'), Buffer.alloc(8)).subarray(0, 40),
      /ends in its header/,
    ],
    ['an invalid header', saved('{}', Buffer.alloc(8)), /damaged .*its header is \{\}/],
    ['less data', saved(header('<f4', '2, 3'), Buffer.alloc(20)), /20 bytes of data instead of 24/],
    ['more data', saved(header('<f4', '2, 3'), Buffer.alloc(28)), /28 bytes of data instead of 24/],
    ['an endless shape', saved(header('<f4', `${'9'.repeat(400)},`), Buffer.alloc(4)), /damaged/],
    ['big-endian numbers', saved(header('>f4', '1,'), Buffer.alloc(4)), /big-endian: save/],
    [
      'complex numbers',
      saved(header('<c16', '1,'), Buffer.alloc(16)),
      /NumPy's type '<c16'; models take float32/,
    ],
    ['objects', saved(header('|O', '1,'), Buffer.alloc(8)), /NumPy's type '\|O'/],
    [
      'the order of Fortran',
      saved(header('<f4', '2, 2', 'True'), Buffer.alloc(16)),
      /ascontiguousarray/,
    ],
  ];
  for (const [what, file, expected] of wrong) {
    it(`are refused: ${what}`, () => {
      assert.throws(() => readNpy(file, 'a.npy'), {
        code: 'ERR_INVALID_ARGUMENT',
        message: expected,
      });
    });
  }
});
