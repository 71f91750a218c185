import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { commandLine } from './support/command-line.js';
import { plainJpeg } from './support/jpeg.js';
import { temporaryPath, wasmFile } from './support/wat.js';

describe('The limits of classify', () => {
  const classify = async (...args: string[]): ReturnType<typeof commandLine> => {
    const picture = temporaryPath('picture.jpg');
    writeFileSync(picture, plainJpeg(32, 32, 90));
    return commandLine(['classify', picture, ...args]);
  };

  it('end a guest that takes too long', async () => {
    const guest = await wasmFile('(module (func (export "_start") (loop $again (br $again))))');
    const { stderr, exitCode } = await classify('--module', guest, '--timeout', '1');
    assert.equal(exitCode, 1);
    assert.match(stderr, /took longer than 1000 ms \(limits\.timeoutMs\)/);
  });

  it('bound memory and instructions', async () => {
    const memory = await classify('--memory', '1');
    assert.equal(memory.exitCode, 1);
    assert.match(memory.stderr, /ERR_MEMORY_LIMIT/);
    const fuel = await classify('--fuel', '1000', '--aot', 'off');
    assert.equal(fuel.exitCode, 1);
    assert.match(fuel.stderr, /used up its fuel of 1000 instructions/);
  });
});
