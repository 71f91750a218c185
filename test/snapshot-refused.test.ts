import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions, WasmEdgeErrorCode } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { GuestPage, TENSORFLOW_LITE, WASI_NN } from './support/host-calls.js';
import type { HostModule } from './support/host-calls.js';
import { ISOLATIONS } from './support/isolations.js';
import { sumModel } from './support/tflite-models.js';
import { wasiImport } from './support/wasi-program.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const CONFINED = ISOLATIONS.filter((each) => each !== 'subprocess');

interface Refusal {
  text: string;
  options?: LoadOptions;
  code: WasmEdgeErrorCode;
  message: RegExp;
}

const OPEN = `
  ${wasiImport('path_open')} ${wasiImport('fd_close')}
  (memory (export "memory") 1)
  (data (i32.const 0) "file")`;
/** Opens "file" in a directory, to read or to create it, and stores its descriptor at 100. */
const openFile = (flags: number, rights: number, directory = 3): string => `
  (drop (call $path_open (i32.const ${directory}) (i32.const 0) (i32.const 0) (i32.const 4)
    (i32.const ${flags}) (i64.const ${rights}) (i64.const 0) (i32.const 0) (i32.const 100)))`;
const CLOSE = '(drop (call $fd_close (i32.load (i32.const 100))))';

function emptyFolder(): string {
  const folder = temporaryPath('empty');
  mkdirSync(folder);
  return folder;
}

const page = new GuestPage();
const sum = sumModel('float32');
const model = page.put(sum);
const builder = page.words(model, sum.length);
const handle = page.room(4);

/** A guest whose memory contains a model, and which imports these functions of a host module. */
function inferring({ module, functions }: HostModule, names: readonly string[]): string {
  const imports = names.map((name) => {
    const params = 'i32 '.repeat(Number(functions[name]));
    return `(import "${module}" "${name}" (func $${name} (param ${params}) (result i32)))`;
  });
  const data = page.bytes.toString('hex').replace(/../g, '\\$&');
  return `${imports.join('')} (memory (export "memory") 1) (data (i32.const 0) "${data}")`;
}

/** One call, which must succeed. */
const succeed = (name: string, ...args: number[]): string => `
  (if (call $${name} ${args.map((each) => `(i32.const ${each})`).join(' ')}) (then unreachable))`;
const onHandle = (name: string): string => `
  (if (call $${name} (i32.load (i32.const ${handle}))) (then unreachable))`;

const LOAD = succeed('load', builder, 1, 4, 0, handle);
const CREATE = succeed('create_session', model, sum.length, handle);

const REFUSALS: Record<string, Refusal> = {
  'no function of that name': {
    text: '(func (export "other"))',
    code: 'ERR_INVALID_ARGUMENT',
    message: /exports no function 'init'/,
  },
  'an export that is no function': {
    text: '(memory (export "init") 1)',
    code: 'ERR_INVALID_ARGUMENT',
    message: /exports no function 'init'/,
  },
  'a function that takes something': {
    text: '(func (export "init") (param i32 i64))',
    code: 'ERR_INVALID_ARGUMENT',
    message: /'init' of .* has the type \(i32, i64\) -> \(\)/,
  },
  'a function that gives something': {
    text: '(func (export "init") (result f32) (f32.const 1))',
    code: 'ERR_INVALID_ARGUMENT',
    message: /has the type \(\) -> \(f32\)/,
  },
  'a trap, with what was written before': {
    text: `${wasiImport('fd_write')}
      (memory (export "memory") 1)
      (data (i32.const 0) "\\08\\00\\00\\00\\04\\00\\00\\00why?")
      (func (export "init")
        (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 20)))
        unreachable)`,
    code: 'ERR_TRAP',
    message: /No snapshot of .* was taken: 'init' failed\. The guest trapped: .*why\?$/s,
  },
  'a trap of its constructors': {
    text: '(func (export "_initialize") unreachable) (func (export "init"))',
    code: 'ERR_TRAP',
    message: /taken: '_initialize' failed\. The guest trapped: unreachable/,
  },
  'a trap after its constructors': {
    text: '(func (export "_initialize")) (func (export "init") unreachable)',
    code: 'ERR_TRAP',
    message: /taken: 'init' failed\. The guest trapped: unreachable/,
  },
  'a trap of its start function': {
    text: '(func $start unreachable) (start $start) (func (export "_initialize")) (func (export "init"))',
    code: 'ERR_TRAP',
    message: /taken: making its instance failed\. The guest trapped: unreachable/,
  },
  'an exit of its constructors': {
    text: `${wasiImport('proc_exit')} (memory (export "memory") 1)
      (func (export "_initialize") (call $proc_exit (i32.const 4))) (func (export "init"))`,
    code: 'ERR_GUEST_EXIT',
    message: /taken: '_initialize' failed\. The guest called proc_exit\(4\)/,
  },
  'constructors that take more time than there is': {
    text: '(func (export "_initialize") (loop $l (br $l))) (func (export "init"))',
    options: { limits: { timeoutMs: 50 } },
    code: 'ERR_TIMEOUT',
    message: /taken: '_initialize' failed\. .* took longer than 50 ms/,
  },
  'a memory that it imports': {
    text: '(import "e" "f" (func)) (import "e" "m" (memory 1)) (func (export "init"))',
    code: 'ERR_LINK',
    message: /e\.m/,
  },
  'an exit': {
    text: `${wasiImport('proc_exit')} (memory (export "memory") 1)
      (func (export "init") (call $proc_exit (i32.const 3)))`,
    code: 'ERR_GUEST_EXIT',
    message: /'init' failed\. The guest called proc_exit\(3\)/,
  },
  'more time than it may take': {
    text: '(func (export "init") (loop $l (br $l)))',
    options: { limits: { timeoutMs: 50 } },
    code: 'ERR_TIMEOUT',
    message: /'init' failed\. .* took longer than 50 ms \(limits\.timeoutMs\)/,
  },
  'a memory that holds more than a snapshot may': {
    text: `(memory (export "memory") 4)
      (func (export "init") (memory.fill (i32.const 0) (i32.const 1) (i32.const 131073)))`,
    options: { limits: { snapshotBytes: 131_072 } },
    code: 'ERR_LIMIT',
    message: /No snapshot of .* was taken\. .*'snapshotBytes' is 131072/,
  },
  'a file that is left open': {
    text: `${OPEN} (func (export "init") ${openFile(0, 2)})`,
    options: { files: { '/file': Buffer.from('x') } },
    code: 'ERR_SNAPSHOT',
    message: /leaves? other descriptors open/,
  },
  'a stream that was closed': {
    text: `${OPEN} (func (export "init") (drop (call $fd_close (i32.const 0))))`,
    code: 'ERR_SNAPSHOT',
    message: /other descriptors open/,
  },
  'a file that is left in a scratch folder': {
    text: `${OPEN} (func (export "init") ${openFile(1, 64)} ${CLOSE})`,
    options: { scratch: ['/tmp'] },
    code: 'ERR_SNAPSHOT',
    message: /files in a scratch folder/,
  },
  'a file that is changed in a copied folder': {
    text: `${OPEN} (func (export "init") ${openFile(1, 64)} ${CLOSE})`,
    options: { directories: { '/tmp': { path: emptyFolder(), write: 'copy' } } },
    code: 'ERR_SNAPSHOT',
    message: /changes in a copied one/,
  },
  'a file that is left in a scratch folder beside a copied one': {
    text: `${OPEN} (func (export "init") ${openFile(1, 64, 4)} ${CLOSE})`,
    options: {
      directories: { '/copy': { path: emptyFolder(), write: 'copy' } },
      scratch: ['/tmp'],
    },
    code: 'ERR_SNAPSHOT',
    message: /files in a scratch folder/,
  },
  'a file that is gone again from a copied folder': {
    text: `${wasiImport('path_unlink_file')} ${OPEN}
      (func (export "init") ${openFile(1, 64)} ${CLOSE}
        (drop (call $path_unlink_file (i32.const 3) (i32.const 0) (i32.const 4))))`,
    options: {
      directories: { '/copy': { path: emptyFolder(), write: 'copy' } },
      scratch: ['/tmp'],
    },
    code: 'ERR_SNAPSHOT',
    message: /changes in a copied one/,
  },
  'a model that is left loaded': {
    text: `${inferring(WASI_NN, ['load'])} (func (export "init") ${LOAD})`,
    code: 'ERR_SNAPSHOT',
    message: /was taken\. The guest leaves models or inference sessions open/,
  },
  'a session that outlives its model': {
    text: `${inferring(WASI_NN, ['load', 'init_execution_context', 'unload'])}
      (func (export "init") ${LOAD}
        (if (call $init_execution_context (i32.load (i32.const ${handle})) (i32.const 0))
          (then unreachable))
        ${onHandle('unload')})`,
    code: 'ERR_SNAPSHOT',
    message: /models or inference sessions open/,
  },
  "a session of WasmEdge's that is left open": {
    text: `${inferring(TENSORFLOW_LITE, ['create_session'])} (func (export "init") ${CREATE})`,
    code: 'ERR_SNAPSHOT',
    message: /models or inference sessions open/,
  },
  'a host function that throws': {
    text: '(import "env" "f" (func $f)) (func (export "init") (call $f))',
    options: {
      imports: {
        env: {
          f: () => {
            throw new RangeError('no more');
          },
        },
      },
    },
    code: 'ERR_HOST_FUNCTION',
    message: /'init' failed\. The host function env\.f failed: no more/,
  },
};

describe('Snapshot that cannot be taken', () => {
  for (const isolation of CONFINED) {
    for (const [name, { text, options, code, message }] of Object.entries(REFUSALS)) {
      it(`is refused for ${name} (${isolation})`, async () => {
        const given = { ...options, isolation, snapshot: 'init' };
        const error = await fails(code, loadModule(await wasmFile(`(module ${text})`), given));
        assert.match(error.message, message);
        if (code === 'ERR_TRAP' && name.includes('written')) {
          assert.equal(error.stderr?.toString(), 'why?');
        }
        if (code === 'ERR_HOST_FUNCTION') assert.equal((error.cause as Error).message, 'no more');
        if (code === 'ERR_LIMIT') assert.equal(error.limit, 'snapshotBytes');
      });
    }

    it(`ends with the load's signal (${isolation})`, async () => {
      const controller = new AbortController();
      const file = await wasmFile('(module (func (export "init") (loop $l (br $l))))');
      const loading = loadModule(file, {
        ...{ isolation, snapshot: 'init', signal: controller.signal },
      });
      await Promise.race([loading.catch(() => undefined), sleep(300)]);
      controller.abort(new Error('enough'));
      const error = await fails('ERR_ABORTED', loading);
      assert.equal((error.cause as Error).message, 'enough');
    });
  }

  it('is none where files were opened and closed again', async () => {
    const file = await wasmFile(`(module ${OPEN}
      (func (export "init") ${openFile(0, 2)} ${CLOSE})
      (func (export "opened") (result i32) (i32.load (i32.const 100))))`);
    const module = await loadModule(file, {
      ...{ snapshot: 'init', files: { '/file': Buffer.from('x') } },
    });
    assert.equal(await module.call('opened'), 5);
    await module.close();
  });

  for (const [what, directories] of [
    ['alone', {}],
    ['beside a copied folder', { '/copy': { path: emptyFolder(), write: 'copy' } }],
  ] as const) {
    it(`is none where a scratch folder is empty again, ${what}`, async () => {
      const fd = 3 + Object.keys(directories).length;
      const file = await wasmFile(`(module ${wasiImport('path_unlink_file')} ${OPEN}
        (func (export "init")
          ${openFile(1, 64, fd)} ${CLOSE}
          (if (call $path_unlink_file (i32.const ${fd}) (i32.const 0) (i32.const 4))
            (then unreachable)))
        (func (export "opened") (result i32) (i32.load (i32.const 100))))`);
      const module = await loadModule(file, {
        ...{ snapshot: 'init', scratch: ['/tmp'], directories },
      });
      assert.equal(await module.call('opened'), fd + 1);
      await module.close();
    });
  }

  it('is none where models and sessions were closed again', async () => {
    const closed = [
      `${inferring(WASI_NN, ['load', 'unload'])}
        (func (export "init") ${LOAD} ${onHandle('unload')})`,
      `${inferring(TENSORFLOW_LITE, ['create_session', 'delete_session'])}
        (func (export "init") ${CREATE} ${onHandle('delete_session')})`,
    ];
    for (const text of closed) {
      const module = await loadModule(await wasmFile(`(module ${text})`), { snapshot: 'init' });
      await module.close();
    }
  });

  it('is refused before anything is read', async () => {
    for (const given of [1, null, {}] as unknown[]) {
      const options = { snapshot: given } as LoadOptions;
      await fails('ERR_INVALID_ARGUMENT', loadModule('/nowhere', options));
    }
    const error = await fails(
      'ERR_INVALID_ARGUMENT',
      loadModule('/nowhere', { isolation: 'subprocess', snapshot: 'init' }),
    );
    assert.match(error.message, /'subprocess' does not support snapshots/);
  });
});

describe('Snapshot with host functions', () => {
  for (const isolation of CONFINED) {
    it(`calls them while the module is loaded, and after (${isolation})`, async () => {
      const file = await wasmFile(`(module
        (import "env" "next" (func $next (param i32) (result i32)))
        (import "env" "write" (func $write (param i32)))
        (memory (export "memory") 1)
        (global $first (mut i32) (i32.const 0))
        (func (export "init")
          (global.set $first (call $next (i32.const 10)))
          (call $write (i32.const 8)))
        (func (export "first") (result i32) (global.get $first))
        (func (export "written") (result i32) (i32.load (i32.const 8)))
        (func (export "another") (result i32) (call $next (i32.const 20))))`);
      const asked: number[] = [];
      const module = await loadModule(file, {
        ...{ isolation, snapshot: 'init', workerProcess: { workers: 1 } },
        imports: {
          env: {
            next: async (_, step) => {
              await sleep(5);
              asked.push(Number(step));
              return asked.length * 100;
            },
            write: async (caller, address) => {
              await caller.memory.write(Number(address), Buffer.from([1, 2, 3, 4]));
            },
          },
        },
      });
      try {
        assert.deepEqual(asked, [10]);
        assert.equal(await module.call('first'), 100);
        assert.equal(await module.call('written'), 0x04030201);
        assert.equal(await module.call('another'), 200);
        assert.equal(await module.call('first'), 100);
        assert.deepEqual(asked, [10, 20]);
      } finally {
        await module.close();
      }
    });
  }
});
