import assert from 'node:assert/strict';

import { GuestPage, WASI_NN, callHost } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { sumAndProductModel, sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';
import { ERRNO } from './support/wasi-nn-session.js';

const models = {
  sum: sumModel('float32'),
  both: sumAndProductModel(),
  'a.b-c_1': sumModel('int8'),
};

describe('wasi_ephemeral_nn load_by_name', () => {
  it('finds the models of the host by their names', async () => {
    const page = new GuestPage();
    const handles = page.room(16);
    const { errnos, memory } = await callHost(WASI_NN, { models }, page, [
      ['load_by_name', page.text('both'), 4, handles],
      ['load_by_name', page.text('sum'), 3, handles + 4],
      ['load_by_name', page.text('a.b-c_1'), 7, handles + 8],
      ['load_by_name', page.text('both'), 4, handles + 12],
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0]);
    const numbers = [0, 4, 8, 12].map((offset) => memory.readUInt32LE(handles + offset));
    assert.deepEqual(numbers, [0, 1, 2, 0], 'the same name is the same graph');
  });

  it('tells unknown names, also near misses', async () => {
    const page = new GuestPage();
    const result = page.room(4);
    const names = ['', 'su', 'sum ', 'Sum', 'summ', 'sum\0', 'none', '\u{1f600}', '../sum'];
    const { errnos, memory } = await callHost(
      WASI_NN,
      { models },
      page,
      names.map((name) => ['load_by_name', page.text(name), Buffer.byteLength(name), result]),
    );
    assert.deepEqual(
      errnos,
      names.map(() => ERRNO.notFound),
    );
    assert.equal(memory.readUInt32LE(result), 0xaaaaaaaa, 'nothing is written on failure');
  });

  it('takes a configuration of JSON that fits the model', async () => {
    const page = new GuestPage();
    const [name, result] = [page.text('sum'), page.room(4)];
    const load = (config: string): HostCall => [
      'load_by_name_with_config',
      ...[name, 3, page.text(config), Buffer.byteLength(config), result],
    ];
    const { errnos } = await callHost(WASI_NN, { models }, page, [
      load(''),
      load('{}'),
      load('{"threads": 1, "shapes": {"left": [2, 4]}}'),
      load('[]'),
      load('{"threads": 0}'),
      load('{"signature": "none"}'),
      load('{"shapes": {"none": [1]}}'),
      load('{"shapes": {"left": [1, 4, 1]}}'),
      ['load_by_name_with_config', name, 2, page.text('{}'), 0, result],
    ]);
    const refused = [1, 2, 3, 4, 5].map(() => ERRNO.invalidArgument);
    assert.deepEqual(errnos, [0, 0, 0, ...refused, ERRNO.notFound]);
  });

  it('serves a guest that asks with an empty configuration', async () => {
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { models },
      {
        args: ['--name', 'sum', '--config', '', '--input', '0:f32:1x4', '--input', '1:f32:1x4'],
        stdin: elements('float32', [1, 2, 3, 4, 5, 6, 7, 8]),
      },
    );
    assert.deepEqual(valuesOf('float32', stdout), [6, 8, 10, 12]);
  });

  it('starts anew in each run', async () => {
    const page = new GuestPage();
    const result = page.room(4);
    for (let round = 0; round < 3; round++) {
      const { errnos, memory } = await callHost(WASI_NN, { models }, page, [
        ['load_by_name', page.text('sum'), 3, result],
      ]);
      assert.deepEqual([errnos, memory.readUInt32LE(result)], [[0], 0]);
    }
  });
});
