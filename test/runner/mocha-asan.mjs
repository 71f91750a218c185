import { realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { forgetOtherToolchain, parallel } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import {
  compileTests,
  liteRtFile,
  localProgram,
  packageTests,
  root,
  setupFolder,
} from '../../scripts/setup/paths.mjs';
import { ask, run } from '../../scripts/setup/processes.mjs';
import { withTask } from '../../scripts/setup/task.mjs';

const exitCodeOfFinding = 99;

const help = `Runs the package's tests with an addon that is built with AddressSanitizer and UndefinedBehaviorSanitizer.

Usage: node test/runner/mocha-asan.mjs [--grep PATTERN] [--counts FILE]

      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -h, --help    print this text

Requires a set-up repository (npm run quickstart). A finding ends its process with a report on stderr and exit
code ${exitCodeOfFinding}, also in processes that tests start.
`;

/** node-gyp-build looks for build/Release below a package's folder. */
const packageFolder = path.join(root, 'build/asan');
const buildFolder = path.join(packageFolder, 'build');

function readOptions() {
  const { values } = parseArgs({
    options: {
      grep: { type: 'string' },
      counts: { type: 'string', default: path.join(setupFolder, 'mocha-asan.json') },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main(values) {
  const runtime = await findRuntime();
  const title = 'Building the addon with AddressSanitizer, and the tests';
  await withTask(title, 'sanitized-suite', build);
  return runSuite(runtime, values);
}

/** Node.js is not built with the sanitizer, so the sanitizer's runtime must be loaded before everything else. */
async function findRuntime() {
  const compiler = process.env.CXX || 'c++';
  const file = (await ask(compiler, ['-print-file-name=libasan.so']))?.trim();
  if (!file || !path.isAbsolute(file)) {
    throw new SetupFailure(`${compiler} has no libasan.so, GCC's runtime of AddressSanitizer.`, {
      advice: 'Use GCC (CXX=g++), whose Debian package includes it.',
    });
  }
  return realpathSync(file);
}

async function build(task) {
  forgetOtherToolchain(buildFolder, JSON.stringify([root, process.env.CXX ?? '']));
  await task.exec(
    localProgram('cmake-js'),
    [
      ...['build', '--out', buildFolder, '--parallel', String(parallel)],
      '--CDWASMEDGE_EMBED_SANITIZE=address',
    ],
    { cwd: root },
  );
  await task.exec(process.execPath, [compileTests], { cwd: root });
  return 'done';
}

async function runSuite(runtime, { grep, counts }) {
  rmSync(counts, { force: true });
  const { code } = await run(
    localProgram('mocha'),
    [
      ...['--reporter', path.join(root, 'test/runner/mocha-reporter.mjs')],
      ...['--reporter-option', `output=${counts}`],
      // Several times slower than without the sanitizer.
      ...['--timeout', '300000'],
      ...(grep === undefined ? [] : ['--grep', grep]),
      packageTests,
    ],
    { cwd: root, env: environment(runtime), inherit: true },
  );
  return code ?? 1;
}

function environment(runtime) {
  const options = {
    exitcode: exitCodeOfFinding,
    // Node.js itself does not free everything when it exits; the native tests run with LeakSanitizer.
    detect_leaks: 0,
    // The fault guard and V8 handle faults of guests, and pass all others to the previous handler: the sanitizer's.
    handle_segv: 1,
    allow_user_segv_handler: 1,
    // Tests send these signals to a process, which they must end.
    handle_sigbus: 0,
    handle_sigfpe: 0,
    // The guests' threads have their own alternate stacks, which the runtime would unmap, taking them for its own.
    use_sigaltstack: 0,
    // Tests measure resident memory: a smaller quarantine for freed memory than the default.
    quarantine_size_mb: 8,
  };
  const text = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return {
    LD_PRELOAD: runtime,
    ASAN_OPTIONS: text.join(':'),
    UBSAN_OPTIONS: 'print_stacktrace=1',
    WASMEDGE_EMBED_PREBUILD: packageFolder,
    WASMEDGE_EMBED_LITERT: liteRtFile,
    WASMEDGE_EMBED_SCRIPT_SECONDS: '280',
  };
}

await runCommand(help, readOptions, main);
