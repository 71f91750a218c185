import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const HELLO = 'hello from input.txt\n';
const IN_SUBDIR = 'hello from input in subdir.txt';

/**
 * The programs, and their input and expected output in Node's own tests (test/wasi/*.js). Left out
 * are `pthread`, which is for WASI threads, `poll_win`, which is the beginning of `poll`, and tests
 * of the JavaScript of `node:wasi`.
 */
const PROGRAMS = [
  { name: 'cant_dotdot' },
  { name: 'clock_getres' },
  { name: 'create_symlink', links: true, stdout: IN_SUBDIR },
  { name: 'exitcode', exitCode: 120 },
  { name: 'fd_prestat_get_refresh' },
  { name: 'follow_symlink', links: true, stdout: IN_SUBDIR },
  { name: 'freopen', stdout: 'hello from input2.txt\n' },
  { name: 'ftruncate' },
  { name: 'getentropy' },
  { name: 'getrusage' },
  { name: 'gettimeofday' },
  { name: 'link', links: true },
  { name: 'main_args' },
  { name: 'notdir' },
  { name: 'poll' },
  { name: 'preopen_populates' },
  { name: 'read_file', stdout: HELLO },
  { name: 'read_file_twice', stdout: HELLO + HELLO },
  { name: 'readdir' },
  { name: 'sock' },
  { name: 'stat' },
  { name: 'stdin', stdin: 'hello world', stdout: 'hello world' },
  { name: 'symlink_escape', links: true },
  { name: 'symlink_loop', links: true },
  { name: 'write_file' },
];

/** The programs in a checkout of nodejs/node, in `test/wasi/wasm`. */
export async function nodeSuite(folder) {
  const scene = await makeScene();
  process.on('exit', scene.remove);
  const files = path.join(folder, 'test', 'fixtures', 'wasi');
  return PROGRAMS.flatMap(({ name, links = false, stdin = '', stdout = '', exitCode = 0 }) => {
    const file = path.join(folder, 'test', 'wasi', 'wasm', `${name}.wasm`);
    if (!existsSync(file)) {
      console.log(`  not in this checkout: ${name}`);
      return [];
    }
    return {
      ...{ name, file, stdin, stdout, exitCode },
      argv0: 'foo',
      args: ['-bar', '--baz=value'],
      env: { NODE_PLATFORM: process.platform },
      folders: { '/sandbox': links ? scene.sandbox : files, '/tmp': scene.empty },
    };
  });
}

/** A folder like that of Node's test of links, and an empty one. */
async function makeScene() {
  const root = await mkdtemp(path.join(tmpdir(), 'wasi-node-'));
  const [sandbox, empty] = [path.join(root, 'sandbox'), path.join(root, 'empty')];
  const below = path.join(sandbox, 'subdir');
  await mkdir(below, { recursive: true });
  await mkdir(empty);
  await writeFile(path.join(sandbox, 'input.txt'), 'hello from input.txt');
  await writeFile(path.join(below, 'input-in-subdir.txt'), IN_SUBDIR);
  for (const [name, target] of [
    ['input_link.txt', './input-in-subdir.txt'],
    ['outside.txt', '../../outside.txt'],
    ['loop1', 'loop2'],
    ['loop2', 'loop1'],
  ]) {
    await symlink(target, path.join(below, name));
  }
  return { sandbox, empty, remove: () => rmSync(root, { recursive: true, force: true }) };
}
