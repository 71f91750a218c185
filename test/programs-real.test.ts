import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { inspectModule, loadModule } from 'wasmedge-embed';
import type { Caller, Instance, LoadedModule } from 'wasmedge-embed';
import { createHandler } from 'wasmedge-embed/lambda';

import { commandLine } from './support/command-line.js';
import type { CommandResult } from './support/command-line.js';
import { invoke } from './support/lambda-events.js';
import { ROOT } from './support/paths.js';
import { skip } from './support/skip.js';
import { temporaryPath } from './support/wat.js';

/** Third-party programs, fetched by `npm run programs`; skipped by name if they are missing. */
function program(context: Mocha.Context, name: string): string {
  const file = path.join(ROOT, 'build', 'programs', name);
  return existsSync(file) ? file : skip(context, `no ${name}: 'npm run programs' fetches it`);
}

/** Interpreted: compiling takes minutes. */
function run(args: readonly string[]): Promise<CommandResult> {
  return commandLine(['run', '--aot', 'off', ...args]);
}

/** Runs the command with this standard input. */
function commandLineWith(input: string, args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const main = path.join(ROOT, 'dist', 'cli', 'main.js');
    const child = execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      const exitCode = error ? error.code : 0;
      if (typeof exitCode === 'number') resolve({ stdout, stderr, exitCode });
      else reject(error ?? new Error('no exit code'));
    });
    child.stdin?.end(input);
  });
}

/** Ruby as ruby.wasm's own packages embed it: a reactor, whose values are handles of the host. */
class Ruby {
  readonly #module: LoadedModule;
  readonly #instance: Instance;

  private constructor(module: LoadedModule, instance: Instance) {
    this.#module = module;
    this.#instance = instance;
  }

  static async load(file: string): Promise<Ruby> {
    const { imports } = await inspectModule(file);
    // The scripts below do not use JavaScript.
    const names = imports.filter(({ module }) => module === 'rb-js-abi-host');
    const refuse = (): never => {
      throw new Error('no JavaScript here');
    };
    const values: number[] = [];
    const module = await loadModule(file, {
      aot: 'off',
      imports: {
        'rb-js-abi-host': Object.fromEntries(names.map(({ name }) => [name, refuse])),
        canonical_abi: {
          'resource_new_rb-abi-value': (_caller: Caller, value: number) => values.push(value) - 1,
          'resource_get_rb-abi-value': (_caller: Caller, handle: number) => values[handle]!,
          'resource_drop_js-abi-value': () => undefined,
        },
      },
    });
    const ruby = new Ruby(module, await module.instantiate());
    await ruby.#start(['ruby.wasm\0', '-EUTF-8\0', '-e_=0\0']);
    return ruby;
  }

  /** The result of an expression, which must be a string. */
  async evaluate(code: string): Promise<string> {
    const results = await this.#call(
      'rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>',
      ...(await this.#string(code)),
    );
    const [handle, state] = await this.#words(results);
    assert.equal(state, 0, code);
    const text = await this.#call(
      'rstring-ptr: func(value: handle<rb-abi-value>) -> string',
      handle,
    );
    const [address, length] = await this.#words(text);
    return this.#instance.memory.readString(address, length);
  }

  async close(): Promise<void> {
    await this.#module.close();
  }

  async #start(args: readonly string[]): Promise<void> {
    const strings = [];
    for (const each of args) strings.push(...(await this.#string(each)));
    const list = await this.#allocate(4 * strings.length);
    await this.#instance.memory.write(list, Buffer.from(Uint32Array.from(strings).buffer));
    await this.#call('ruby-init: func(args: list<string>) -> ()', list, args.length);
  }

  async #string(text: string): Promise<[address: number, length: number]> {
    const bytes = Buffer.from(text);
    const address = await this.#allocate(bytes.length);
    await this.#instance.memory.write(address, bytes);
    return [address, bytes.length];
  }

  #allocate(size: number): Promise<number> {
    return this.#call('cabi_realloc', 0, 0, 4, size);
  }

  /** The two words of a result in the guest's memory. */
  async #words(address: number): Promise<[number, number]> {
    const bytes = await this.#instance.memory.read(address, 8);
    return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  }

  async #call(name: string, ...args: number[]): Promise<number> {
    return Number(await this.#instance.call(name, ...args));
  }
}

function folderWith(name: string, content: string): string {
  const folder = temporaryPath('folder');
  mkdirSync(folder);
  writeFileSync(path.join(folder, name), content);
  return folder;
}

const PHP = 'php-cgi-8.2.0.wasm';

describe('Programs of others', () => {
  it('PHP runs a script of a folder', async function () {
    const php = program(this, PHP);
    const folder = folderWith('sum.php', '<?php echo array_sum(range(1, 10)), PHP_EOL;');
    const { stdout, exitCode } = await run(['--dir', `${folder}::/in`, php, '-q', '/in/sum.php']);
    assert.deepEqual([stdout, exitCode], ['55\n', 0]);
  });

  it('PHP answers requests by CGI, while it is compiled', async function () {
    const php = program(this, PHP);
    const script = '<?php http_response_code(201); echo $_GET["a"], "-", $_POST["b"];';
    await using handler = createHandler({
      ...{ task: 'run', module: php, cgi: true, aot: 'background', logger: false },
      directories: { '/in': folderWith('form.php', script) },
      env: { SCRIPT_FILENAME: '/in/form.php', REDIRECT_STATUS: '200' },
    });
    const { status, headers, body } = await invoke(handler, 'http-api', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      query: { a: 'one' },
      body: 'b=two',
    });
    assert.deepEqual([status, body], [201, 'one-two']);
    assert.match(headers['content-type'] ?? '', /^text\/html/u);
  });

  it('QuickJS runs a script of a folder', async function () {
    const quickjs = program(this, 'wasmedge_quickjs.wasm');
    const folder = folderWith('sort.js', "console.log(6 * 7, [3, 1, 2].sort().join('-'));");
    const { stdout, exitCode } = await run(['--dir', `${folder}::/in`, quickjs, '/in/sort.js']);
    assert.deepEqual([stdout, exitCode], ['42 1-2-3\n', 0]);
  });

  it('Ruby runs a script of its command line, and reads its input', async function () {
    const ruby = program(this, 'ruby-3.2.0.wasm');
    const script = 'puts RUBY_VERSION, $stdin.read.split.map(&:to_i).sort.inspect';
    const args = ['run', '--aot', 'off', ruby, '-e', script];
    const { stdout, stderr, exitCode } = await commandLineWith('3 1 2', args);
    assert.deepEqual([stdout, stderr, exitCode], ['3.2.0\n[1, 2, 3]\n', '', 0]);
  });

  it('esbuild bundles a folder, and minifies its input', async function () {
    const esbuild = program(this, 'esbuild.wasm');
    const folder = folderWith('answer.ts', 'export const answer: number = 6 * 7;');
    writeFileSync(
      path.join(folder, 'main.ts'),
      "import { answer } from './answer';\nconsole.log(answer);\n",
    );
    const bundle = ['/main.ts', '--bundle', '--minify', '--format=esm', '--log-level=error'];
    // It also reads the parent folders, up to the root.
    const bundled = await run(['--dir', `${folder}::/`, esbuild, ...bundle]);
    assert.deepEqual([bundled.stderr, bundled.exitCode], ['', 0]);
    assert.equal(bundled.stdout, 'console.log(42);\n');
    const args = ['run', '--aot', 'off', esbuild, '--loader=ts', '--minify'];
    const { stdout, exitCode } = await commandLineWith('let value: string = `text`;', args);
    assert.deepEqual([stdout, exitCode], ['let value="text";\n', 0]);
  });

  it('Ruby of npm is told to need JavaScript, and runs where that is given', async function () {
    const file = program(this, 'ruby+stdlib.wasm');
    const { stderr, exitCode } = await run([file]);
    assert.equal(exitCode, 126);
    assert.match(stderr, /ERR_LINK: .*rb-js-abi-host.*Ruby with its bindings to JavaScript/su);
    const ruby = await Ruby.load(file);
    try {
      assert.match(await ruby.evaluate('RUBY_VERSION'), /^3\.4\./u);
      assert.equal(await ruby.evaluate('(1..10).map { |n| n * n }.sum.to_s'), '385');
      assert.equal(
        await ruby.evaluate("require 'json'; JSON.generate(a: [1, nil])"),
        '{"a":[1,null]}',
      );
    } finally {
      await ruby.close();
    }
  });

  it('Python tells its version', async function () {
    const { stdout, exitCode } = await run([program(this, 'python-3.11.3.wasm'), '--version']);
    assert.deepEqual([stdout, exitCode], ['Python 3.11.3\n', 0]);
  });
});
