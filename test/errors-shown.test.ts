import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { WasmEdgeError, loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { watGuest } from './support/wat.js';

describe('A WasmEdgeError', () => {
  it('has the properties that there are, and no others', () => {
    const error = new WasmEdgeError('ERR_LIMIT', 'too much', { limit: 'fuel' });
    assert.deepEqual(Object.keys(error).sort(), ['code', 'limit']);
    assert.deepEqual(
      [error.name, error.trap, error.exitCode],
      ['WasmEdgeError', undefined, undefined],
    );
    assert.equal(String(error), 'WasmEdgeError: too much');
  });

  it('is shown with its stack, its cause and outputs that are cut', () => {
    const error = new WasmEdgeError('ERR_TRAP', 'it trapped', {
      trap: 'unreachable',
      cause: new Error('the cause'),
      stdout: Buffer.from('short'),
      stderr: Buffer.from(`${'x'.repeat(100_000)}the end`),
    });
    const shown = inspect(error);
    assert.match(shown, /^WasmEdgeError: it trapped\n {4}at /);
    assert.match(shown, /code: 'ERR_TRAP'/);
    assert.match(shown, /trap: 'unreachable'/);
    assert.match(shown, /stdout: 'short'/);
    assert.match(shown, /x+the end'/);
    assert.match(shown, /\[cause\]: Error: the cause/);
    assert.doesNotMatch(shown, /limit|exitCode|Buffer/);
    assert.ok(shown.length < 5000, String(shown.length));
    assert.doesNotMatch(inspect(new WasmEdgeError('ERR_CLOSED', 'closed')), /cause|undefined/);
  });
});

describe('A mistake in the options', () => {
  const cases: [string, unknown, RegExp][] = [
    [
      'a text among the files',
      { files: { '/a.txt': 'hello' } },
      /path of a readable file.*Buffer\.from\(text\)/,
    ],
    ['a class', { files: { '/a': Uint8Array } }, /got the function Uint8Array\./],
    ['an URL', { files: { '/a': new URL('file:///a') } }, /got an object of the class URL\./],
    ['preopens', { preopens: { '/': '.' } }, /unknown option 'preopens'\..*Use 'directories'/],
    ['another spelling', { Files: {} }, /Did you mean 'files'\?/],
    ['a name that hides a line', { 'a\nb': 1 }, /unknown option 'a\\nb'/],
  ];
  for (const [name, options, expected] of cases) {
    it(`is told with what to do: ${name}`, async () => {
      const module = loadModule(await watGuest('numbers'), options as LoadOptions);
      assert.match((await fails('ERR_INVALID_ARGUMENT', module)).message, expected);
    });
  }

  it('is told with what to do: standard input of another kind', async () => {
    await using module = await loadModule(await watGuest('numbers'));
    const call = module.invoke('nothing', [], { stdin: 7 as never });
    const { message } = await fails('ERR_INVALID_ARGUMENT', call);
    assert.match(message, /stdin must be a string, a Buffer, .*, got 7\./);
  });
});
