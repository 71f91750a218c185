import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { compileModule, loadModule } from 'wasmedge-embed';

import { commandLine } from './support/command-line.js';
import type { CommandResult } from './support/command-line.js';
import { ISOLATIONS } from './support/isolations.js';
import { ROOT, rustGuest } from './support/paths.js';
import { temporaryPath, wasmFile, watGuest } from './support/wat.js';
import { childrenOf, eventually } from './support/workers.js';

const TOUR = rustGuest('std-tour');

/** Writes "yes" for ever, whether it succeeds or not. */
const ENDLESS = `(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\04\\00\\00\\00")
  (data (i32.const 16) "yes\\n")
  (func (export "_start")
    (loop $again
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))
      (br $again))))`;

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs the command with this input, and passes its process to `use` meanwhile. */
function runWith(
  args: readonly string[],
  input: string,
  use: (child: ReturnType<typeof spawn>, stdout: () => string) => unknown = () => undefined,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'dist', 'cli', 'main.js'), 'run', ...args],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    if (input !== '') child.stdin.end(input);
    use(child, () => stdout);
  });
}

function run(
  args: readonly string[],
  variables?: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  return commandLine(['run', ...args], variables);
}

describe('wasmedge-embed run', () => {
  before(async function () {
    this.timeout(120_000);
    // Compiled in advance: on a busy machine, compiling takes so long that it is reported.
    await (await loadModule(TOUR)).close();
  });

  for (const isolation of ISOLATIONS) {
    it(`gives the guest its streams, and has its exit code: ${isolation}`, async () => {
      const ended = await runWith(['--isolation', isolation, TOUR, 'upper'], 'from stdin\n');
      assert.deepEqual(ended, { code: 0, signal: null, stdout: 'FROM STDIN\n', stderr: '' });
      const { exitCode } = await run(['--isolation', isolation, TOUR, 'exit', '7']);
      assert.equal(exitCode, 7);
    });
  }

  for (const isolation of ISOLATIONS) {
    it(`prints what a guest said that failed, and where it was: ${isolation}`, async () => {
      const ended = await run(['--isolation', isolation, rustGuest('failing'), 'panic']);
      assert.equal(ended.exitCode, 134);
      const lines = ended.stderr.trimEnd().split('\n');
      const told = lines.findIndex((line) => line.startsWith('wasmedge-embed: ERR_TRAP: '));
      assert.match(
        lines.slice(0, told).join('\n'),
        / panicked at \S+main\.rs:\d+:\d+:\nno such marker/,
      );
      const stack = lines.slice(told + 1);
      if (isolation === 'subprocess') {
        assert.deepEqual(stack, []);
        return;
      }
      assert.match(lines[told] ?? '', / It was in failing::picture::\S+find\./);
      for (const line of stack) assert.match(line, /^ {4}at \S.* \(\d+\)$/);
      assert.ok(
        stack.some((line) => line.includes('at failing::picture::')),
        ended.stderr,
      );
      assert.match(stack.at(-1) ?? '', /^ {4}at (?:_start|__main_void) \(\d+\)$/);
    });
  }

  it('answers while its input is still open', async () => {
    const ended = await runWith([TOUR, 'stderr', 'told'], '');
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '', stderr: 'told\n' });
  });

  it("takes options before the module for its own, and all after it for the guest's", async () => {
    const { stdout } = await run([TOUR, 'args', '--help', '--timeout', '-x', '--', 'y']);
    for (const each of ['--help', '--timeout', '-x', '--', 'y']) assert.ok(stdout.includes(each));
  });

  it('gives variables by value and by name, and no others', async () => {
    const { stdout } = await run(
      ['--env', 'GIVEN=a=b', '--env', 'OWN', '--env', 'NEITHER_HERE', TOUR, 'env'],
      { OWN: 'mine' },
    );
    assert.deepEqual(stdout.trim().split('\n').sort(), ['GIVEN=a=b', 'OWN=mine']);
  });

  it('gives folders, which are for reading unless it says :rw', async () => {
    const folder = temporaryPath('folder');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'file'), 'content');
    const read = await run(['--dir', `${folder}::/in`, TOUR, 'read', '/in/file']);
    assert.deepEqual([read.stdout, read.exitCode], ['content', 0]);
    const refused = await run(['--dir', `${folder}::/in`, TOUR, 'write', '/in/new']);
    assert.match(refused.stdout, /ReadOnlyFilesystem/u);
    assert.ok(!existsSync(path.join(folder, 'new')));
    const written = await run(['--dir', `${folder}::/in:rw`, TOUR, 'write', '/in/new']);
    // This guest fails if it may write.
    assert.deepEqual([written.stdout, written.exitCode], ['write: done\n', 1]);
    assert.equal(readFileSync(path.join(folder, 'new'), 'utf8'), 'written');
    const scratch = await run(['--scratch', '/tmp', TOUR, 'write', '/tmp/new']);
    assert.deepEqual(scratch, written);
    const copied = await run(['--dir', `${folder}::/in:copy`, TOUR, 'write', '/in/other']);
    assert.deepEqual(copied, written);
    assert.ok(!existsSync(path.join(folder, 'other')));
  });

  it('calls a function with numbers and prints what it gives', async () => {
    const file = await watGuest('kept');
    const calls: [args: string[], expected: string][] = [
      [['divide', '-7'], '-14\n'],
      [['divmod', '0x10', '-33'], '-2\n16\n-33\n-7\n'],
      [['touch'], ''],
    ];
    for (const [args, expected] of calls) {
      const { stdout, stderr, exitCode } = await run([
        '--invoke',
        args[0]!,
        file,
        ...args.slice(1),
      ]);
      assert.deepEqual({ stdout, stderr, exitCode }, { stdout: expected, stderr: '', exitCode: 0 });
    }
    assert.equal((await run(['--invoke', 'exit', file, '9'])).exitCode, 9);
  });

  it('has exit codes for what goes wrong, and says what', async () => {
    const kept = await watGuest('kept');
    const link = await wasmFile('(module (import "env" "f" (func)) (func (export "_start")))');
    const component = temporaryPath('component.wasm');
    writeFileSync(component, Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
    const cases: [args: string[], exitCode: number, stderr: RegExp][] = [
      [[], 64, /module/u],
      [['--no-such-option', TOUR], 64, /no-such-option/u],
      [['--timeout', 'soon', TOUR], 64, /seconds/u],
      [['--dir', '::/x', TOUR], 64, /HOST::GUEST/u],
      [['--env', '=x', TOUR], 64, /NAME=VALUE/u],
      [['--invoke', 'divide', kept, 'seven'], 64, /whole number.*'seven'/u],
      [['--invoke', 'nothing-like-it', kept], 64, /nothing-like-it/u],
      [['--invoke', 'divide', kept, '0'], 134, /ERR_TRAP/u],
      [['--invoke', 'grow', '--memory', '4097', kept, '1'], 64, /4096/u],
      [['--timeout', '0.2', '--invoke', 'spin', kept], 124, /ERR_TIMEOUT/u],
      [['--fuel', '1000', '--invoke', 'spin', kept], 134, /ERR_LIMIT/u],
      [[link], 126, /ERR_LINK.*env/su],
      [[component], 126, /component/u],
      [['nowhere.wasm'], 127, /nowhere\.wasm/u],
      [[kept], 64, /_start/u],
    ];
    for (const [args, exitCode, words] of cases) {
      const result = await run(args);
      assert.deepEqual([result.exitCode, result.stdout], [exitCode, ''], args.join(' '));
      assert.match(result.stderr, words);
    }
  });

  it('refuses by name what needs another host, or threads', async () => {
    const program = '(func (export "_start"))';
    const cases: [text: string, code: string, words: RegExp][] = [
      [
        `(import "env" "memory" (memory 1 2 shared))
         (import "wasi" "thread-spawn" (func (param i32) (result i32))) ${program}`,
        'ERR_MODULE_INVALID',
        /shared memory.*without threads/u,
      ],
      [
        `(import "wasi" "thread-spawn" (func (param i32) (result i32))) ${program}`,
        'ERR_LINK',
        /wasi\.thread-spawn.*uses threads/su,
      ],
      [
        `(import "wasi:cli/stdout@0.2.0" "get-stdout" (func (result i32))) ${program}`,
        'ERR_LINK',
        /preview 2/u,
      ],
      [`(import "gojs" "runtime.wasmExit" (func (param i32))) ${program}`, 'ERR_LINK', /wasip1/u],
      [
        `(import "rb-js-abi-host" "is-js: func(value: handle<js-abi-value>) -> bool"
           (func (param i32) (result i32))) ${program}`,
        'ERR_LINK',
        /Ruby/u,
      ],
    ];
    for (const [text, code, words] of cases) {
      const file = await wasmFile(`(module ${text})`, { threads: true });
      const { stdout, stderr, exitCode } = await run([file]);
      assert.deepEqual([exitCode, stdout], [126, ''], text);
      assert.ok(stderr.startsWith(`wasmedge-embed: ${code}: `), stderr);
      assert.match(stderr, words);
    }
  });

  it('runs what is not trusted within limits, and takes nothing but WebAssembly from it', async () => {
    for (const isolation of ISOLATIONS) {
      const args = ['--untrusted', '--isolation', isolation, TOUR, 'upper'];
      const ended = await runWith(args, 'from a stranger');
      assert.deepEqual([ended.code, ended.stderr], [0, ''], isolation);
      assert.equal(ended.stdout, 'FROM A STRANGER');
    }
    const spinning = ['--untrusted', '--timeout', '0.3', TOUR, 'spin', '99999999999'];
    assert.equal((await run(spinning)).exitCode, 124);
    const compiled = temporaryPath('compiled.so');
    await compileModule(await watGuest('kept'), compiled);
    assert.equal((await run(['--invoke', 'divide', compiled, '7'])).stdout, '14\n');
    // Whatever its name.
    const disguised = temporaryPath('compiled.wasm');
    copyFileSync(compiled, disguised);
    for (const file of [compiled, disguised]) {
      const { stdout, stderr, exitCode } = await run([
        '--untrusted',
        '--invoke',
        'divide',
        file,
        '7',
      ]);
      assert.deepEqual([exitCode, stdout], [126, '']);
      assert.match(stderr, /ERR_MODULE_INVALID/u);
    }
    const limited = ['--untrusted', '--compile-memory', '1', TOUR, 'upper'];
    const { stderr, exitCode } = await run(limited, {
      WASMEDGE_EMBED_CACHE: temporaryPath('cache'),
    });
    assert.equal(exitCode, 134, stderr);
    assert.match(stderr, /ERR_LIMIT: Compiling .*'memoryBytes'/u);
  });

  it('ends with the guest on SIGINT and SIGTERM, with the code that shells have for it', async () => {
    const file = await wasmFile(ENDLESS);
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const ended = await runWith([file], '', async (child, stdout) => {
        await eventually(() => stdout() !== '');
        child.kill(signal);
      });
      assert.deepEqual([ended.code, ended.stderr], [code, '']);
    }
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const ended = await runWith([await wasmFile(ENDLESS)], '', async (child, stdout) => {
      await eventually(() => stdout() !== '');
      child.stdout?.destroy();
    });
    assert.deepEqual([ended.code, ended.stderr], [141, '']);
  });

  it('ends quietly when nobody reads what a function gives, or why it failed', async () => {
    const file = await watGuest('kept');
    for (const [stream, args, code] of [
      ['stdout', ['--invoke', 'divide', file, '7'], 141],
      ['stderr', ['--invoke', 'divide', file, '0'], 134],
      ['stderr', ['nowhere.wasm'], 127],
    ] as const) {
      const ended = await runWith(args, '', (child) => child[stream]?.destroy());
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [code, '', ''], args.join(' '));
    }
  });

  it('says why a result cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const file = await watGuest('kept');
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'dist', 'cli', 'main.js'), 'run', '--invoke', 'divide', file, '7'],
      { stdio: ['ignore', full, 'pipe'] },
    );
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(stderr, /^wasmedge-embed: ERR_STREAM: .*ENOSPC.*\n$/u);
  });

  it('interrupts compiling without leaving anything', async () => {
    const cache = temporaryPath('cache');
    const env = process.env['WASMEDGE_EMBED_CACHE'];
    process.env['WASMEDGE_EMBED_CACHE'] = cache;
    try {
      const ended = await runWith([TOUR, 'state'], '', async (child) => {
        await eventually(
          () =>
            existsSync(path.join(cache, 'aot')) &&
            childrenOf(child.pid, 'compile-child.js').length > 0,
        );
        child.kill('SIGINT');
      });
      assert.deepEqual([ended.code, ended.stderr], [130, '']);
    } finally {
      process.env['WASMEDGE_EMBED_CACHE'] = env;
    }
    assert.deepEqual(readdirSync(path.join(cache, 'aot')), []);
  });
});
