import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

const LOOP = '(module (func (export "_start") (loop $again (br $again))))';

const escaped = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

/** Prints the panic message of a Rust program, and traps. */
const RUST_PANIC = (text: string): string => `(module ${wasiImport('fd_write')}
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00${escaped([text.length & 255, text.length >> 8, 0, 0])}")
  (data (i32.const 16) "${escaped(Buffer.from(text))}")
  (func (export "_start")
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    unreachable))`;

/** Writes two lines to its standard error and traps. */
const PANIC = `(module ${wasiImport('fd_write')} (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\16\\00\\00\\00")
  (data (i32.const 16) "first\\npanicked \\1b[1mat\\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    unreachable))`;

for (const isolation of ISOLATIONS) {
  describe(`How an invocation ended (${isolation})`, () => {
    const load = async (wat: string, options: LoadOptions = {}): ReturnType<typeof loadModule> =>
      loadModule(await wasmFile(wat), { isolation, concurrency: 1, ...options });

    const where = isolation === 'subprocess' ? '' : ' It was in _start.';

    it('is told with the module and the limit', async () => {
      const module = await load(LOOP, { limits: { timeoutMs: 40 }, maxQueue: 0 });
      const { file } = module;
      const own = await fails('ERR_TIMEOUT', module.run({ timeoutMs: 30 }));
      assert.equal(own.message, `${file} took longer than 30 ms (timeoutMs).${where}`);
      const running = module.run();
      const full = await fails('ERR_QUEUE_FULL', module.run());
      assert.match(
        full.message,
        /has 1 invocations in progress, .*\(maxQueue is 0\)\. Try again later\.$/,
      );
      const limit = await fails('ERR_TIMEOUT', running);
      assert.equal(limit.message, `${file} took longer than 40 ms (limits.timeoutMs).${where}`);
      const controller = new AbortController();
      const aborted = module.run({ signal: controller.signal });
      controller.abort('enough');
      const { message, cause } = await fails('ERR_ABORTED', aborted);
      // It may not have begun.
      assert.deepEqual(
        [message.replace(where, ''), cause],
        [`The invocation of ${file} was aborted.`, 'enough'],
      );
      const closing = module.close();
      const closed = await fails('ERR_CLOSED', module.run());
      assert.equal(closed.message, `${file} is closed. Load it again to run it.`);
      await closing;
    });

    it('is told of a trap with the last line of its standard error', async () => {
      await using module = await load(PANIC);
      const { message, stderr } = await fails('ERR_TRAP', module.run());
      assert.equal(
        message,
        `The guest trapped: unreachable.${where} Its standard error ends with: panicked \\u001b[1mat`,
      );
      assert.equal(String(stderr), 'first\npanicked \u001b[1mat\n');
    });

    it('is told of a panic with its message', async () => {
      const text =
        "\nthread 'main' panicked at src/main.rs:3:5:\nwrong:\n  1\u001b\n" +
        'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n';
      await using module = await load(RUST_PANIC(text));
      const { message } = await fails('ERR_TRAP', module.run());
      assert.equal(
        message,
        `The guest trapped: unreachable.${where} It panicked: wrong:\\n  1\\u001b (src/main.rs:3:5)`,
      );
    });

    it('is told of a panic of older Rust, and of none that something else followed', async () => {
      const hint =
        'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n';
      const long = `${'\\u0001'.repeat(166)}…`;
      const cases = [
        [
          "thread 'main' panicked at 'boom', src/main.rs:3:5\n" + hint,
          'It panicked: boom (src/main.rs:3:5)',
        ],
        ["thread 'main' panicked at src/main.rs:3:5:\n\n" + hint, 'It panicked: (src/main.rs:3:5)'],
        [
          `thread 'main' panicked at src/main.rs:3:5:\ncaught\n${hint}other\nlast\n`,
          'Its standard error ends with: last',
        ],
        [
          `thread 'main' panicked at src/main.rs:3:5:\n${'\u0001'.repeat(2000)}\n`,
          `It panicked: ${long} (src/main.rs:3:5)`,
        ],
        // Longer than what is read of the end.
        [
          `thread 'main' panicked at src/main.rs:3:5:\nleft: ${'1, '.repeat(9000)}\n${hint}`,
          `It panicked: left: ${'1, '.repeat(331)}… (src/main.rs:3:5)`,
        ],
        [
          `thread 'main' panicked at src/main.rs:3:5:\nit panicked at ${'1, '.repeat(9000)}\n${hint}`,
          `It panicked: it panicked at ${'1, '.repeat(328)}… (src/main.rs:3:5)`,
        ],
        [
          `thread 'main' panicked at src/main.rs:3:5:\n${'1, '.repeat(9000)}\n${hint}other\n`,
          'Its standard error ends with: other',
        ],
      ] as const;
      for (const [text, words] of cases) {
        await using module = await load(RUST_PANIC(text));
        const { message } = await fails('ERR_TRAP', module.run());
        assert.equal(message, `The guest trapped: unreachable.${where} ${words}`);
      }
    });
  });
}
