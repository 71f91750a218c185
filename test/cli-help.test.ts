import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { commandLine, immediateCommandLines } from './support/command-line.js';
import type { CommandResult } from './support/command-line.js';
import { ROOT } from './support/paths.js';

const HELP: [command: string, mentioned: string[]][] = [
  [
    '',
    [
      'run',
      'classify',
      'serve',
      'compile',
      'inspect',
      'model',
      'WASMEDGE_DIR',
      'WASMEDGE_EMBED_CACHE',
    ],
  ],
  [
    'classify',
    [
      '--model',
      '--labels',
      '--top-k',
      '--json',
      '--timings',
      '--repeat',
      '--kernels',
      '--untrusted',
    ],
  ],
  ['detect', ['--model', '--labels', '--threshold', '--json', '--annotate', '--isolation']],
  [
    'serve',
    ['--port', '--host', '--concurrency', '--max-queue', '--timeout', '/metrics', 'SIGTERM'],
  ],
  [
    'bench',
    ['--quick', '--only', '--output', '--no-peers', 'in-process', 'sharp-onnxruntime', 'compare'],
  ],
  ['bench compare', ['--json', '<a>', '<b>']],
  ['bench report', ['--output', '<results>']],
  ['run', ['--dir', '--env', '--invoke', '--timeout', '--untrusted', '--scratch', 'Exit code']],
  [
    'compile',
    ['--progress', '--output', '--optimize', '--generic', '--interruptible', '--compile-memory'],
  ],
  ['infer', ['--input', '--random', '--repeat', '--output', '--json', '.npy']],
  ['inspect', ['--json', '.tflite']],
  ['bundle', ['--output', '--target', '--force', '--handler', 'amazon-linux-2023', 'patchelf']],
  ['build', ['--jobs', '--verbose', 'CMake', 'LiteRT']],
  ['model', ['fetch']],
  ['doctor', ['--json', 'exit code']],
  ['model fetch', ['--url', '--timeout', '--force', 'MobileNet']],
];

const WRONG: [command: string, expected: RegExp][] = [
  ['nonsense', /unknown command 'nonsense'/],
  ['classify', /missing required argument 'image'/],
  ['classify x.jpg --nonsense', /unknown option '--nonsense'/],
  ['classify x.jpg --top-k 0', /--top-k.*from 1 to 1000/],
  ['classify x.jpg --top-k 1e3', /--top-k.*from 1 to 1000/],
  ['classify x.jpg --repeat -1', /--repeat.*from 1 to 1000000/],
  ['classify x.jpg --concurrency many', /--concurrency.*from 1 to 256/],
  ['classify x.jpg --threads 65', /--threads.*from 1 to 64/],
  ['detect x.jpg --model m --threshold 2', /--threshold.*from 0 to 1/],
  ['classify x.jpg --kernels fast', /--kernels.*xnnpack, builtin/],
  ['serve --port 65536', /--port.*from 0 to 65535/],
  ['serve --max-body 0', /--max-body.*from 1 to 256/],
  ['serve cat.jpg', /too many arguments/],
  ['compile', /missing required argument 'module'/],
  ['compile a.wasm b.wasm', /too many arguments/],
  ['compile a.wasm -O 4', /--optimize.*from 0 to 3/],
  ['inspect', /missing required argument 'file'/],
  ['bundle', /required option '-o, --output <folder>' not specified/],
  ['bundle --output x --target windows', /--target.*amazon-linux-2023, debian-12/],
  ['build --jobs 0', /--jobs.*from 1 to 1024/],
  ['model fetch --timeout 0', /--timeout.*from 1 to 3600/],
  ['model burn', /unknown command 'burn'/],
];

const words = (command: string): string[] => command.split(' ').filter(Boolean);

describe('wasmedge-embed', () => {
  const results = new Map<string, CommandResult>();
  before(async () => {
    const commands = [...HELP.map(([name]) => `${name} --help`), ...WRONG.map(([name]) => name)];
    // In one process: each takes a tenth of a second to start.
    const ended = await immediateCommandLines(commands.map(words));
    for (const [index, command] of commands.entries()) results.set(command, ended[index]!);
  });

  /** What a command did. */
  function resultOf(command: string): CommandResult {
    const result = results.get(command);
    assert.ok(result);
    return result;
  }

  for (const command of [' --help', 'run --help', 'nonsense', 'serve --port 65536']) {
    it(`does the same in a process of its own: ${command.trim()}`, async () => {
      assert.deepEqual(await commandLine(words(command)), resultOf(command));
    });
  }

  for (const [command, mentioned] of HELP) {
    it(`explains itself: ${command} --help`, () => {
      const { stdout, stderr, exitCode } = resultOf(`${command} --help`);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^Usage: wasmedge-embed ${command}`));
      for (const word of mentioned) assert.ok(stdout.includes(word), `${word} in:\n${stdout}`);
    });
  }

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const result = await commandLine(['--version']);
    assert.deepEqual(result, { stdout: `${version}\n`, stderr: '', exitCode: 0 });
  });

  for (const [command, expected] of WRONG) {
    it(`refuses with exit code 1 and points to the help: ${command}`, () => {
      const { stdout, stderr, exitCode } = resultOf(command);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, expected);
      assert.match(stderr, /--help/);
    });
  }

  it('shows its help where no command is given', async () => {
    const { stderr, exitCode } = await commandLine([]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Usage: wasmedge-embed/);
  });
});
