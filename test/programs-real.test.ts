import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { createHandler } from 'wasmedge-embed/lambda';

import { commandLine } from './support/command-line.js';
import type { CommandResult } from './support/command-line.js';
import { invoke } from './support/lambda-events.js';
import { ROOT } from './support/paths.js';
import { skip } from './support/skip.js';
import { temporaryPath } from './support/wat.js';

/** What `npm run programs` has fetched: programs of others, skipped by name where they are missing. */
function program(context: Mocha.Context, name: string): string {
  const file = path.join(ROOT, 'build', 'programs', name);
  return existsSync(file) ? file : skip(context, `no ${name}: 'npm run programs' fetches it`);
}

/** Interpreted: compiling takes minutes. */
function run(args: readonly string[]): Promise<CommandResult> {
  return commandLine(['run', '--aot', 'off', ...args]);
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

  it('Python tells its version', async function () {
    const { stdout, exitCode } = await run([program(this, 'python-3.11.3.wasm'), '--version']);
    assert.deepEqual([stdout, exitCode], ['Python 3.11.3\n', 0]);
  });
});
