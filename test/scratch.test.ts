import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { Isolation, LoadOptions, LoadedModule, RunOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { answers } from './support/script.js';

const TOUR = rustGuest('std-tour');
const NO_ENTRY = 'NotFound (os error 44)';
const FULL = 'StorageFull (os error 51)';

for (const isolation of ['in-process', 'worker-process'] as const satisfies Isolation[]) {
  describe(`Scratch folders (${isolation})`, () => {
    const load: LoadOptions = {
      isolation,
      files: { '/readme.txt': Buffer.from('read me') },
      scratch: ['/tmp', 'work'],
      limits: { scratchBytes: 1_000_000 },
      concurrency: 1,
    };
    let module: LoadedModule;

    before(async () => {
      module = await loadModule(TOUR, load);
    });
    after(() => module.close());

    it('are written, read, listed, renamed, linked and removed', async () => {
      assert.deepEqual(
        await answers(module, [
          'write /tmp/a one',
          'append /tmp/a two',
          'read /tmp/a',
          'mkdir /tmp/dir',
          'rename /tmp/a /tmp/dir/b',
          'read /tmp/a',
          'link /tmp/dir/b /tmp/c',
          'append /tmp/c !',
          'read /tmp/dir/b',
          'list /tmp',
          'rmdir /tmp/dir',
          'rm /tmp/dir/b',
          'rmdir /tmp/dir',
          'truncate /tmp/c 3',
          'read /tmp/c',
          'truncate /tmp/c 100000',
          'size /tmp/c',
          'mtime /tmp/c 1000000000',
          'create_new /tmp/c',
          'removed /tmp/gone',
          'list /tmp',
          'list /work',
          'list /',
        ]),
        [
          ...['ok', 'ok', 'ok onetwo', 'ok', 'ok', NO_ENTRY, 'ok', 'ok', 'ok onetwo!'],
          ...['ok c,dir/', 'DirectoryNotEmpty (os error 55)', 'ok', 'ok', 'ok', 'ok one'],
          ...['ok', 'ok 100000', 'ok true', 'AlreadyExists (os error 20)'],
          ...['ok still there false', 'ok c', 'ok', 'ok readme.txt,tmp/,work/'],
        ],
      );
    });

    it('are empty at every run', async () => {
      assert.deepEqual(await answers(module, ['write /tmp/secret x']), ['ok']);
      assert.deepEqual(await answers(module, ['list /tmp', 'read /tmp/secret']), ['ok', NO_ENTRY]);
    });

    it('are one file system each with the files: nothing moves between', async () => {
      assert.deepEqual(
        await answers(module, [
          'write /tmp/a x',
          'rename /tmp/a /readme.txt',
          'link /readme.txt /tmp/a',
          'rename /tmp/a /work/a',
          'write /new x',
        ]),
        [
          ...['ok', 'CrossesDevices (os error 75)', 'CrossesDevices (os error 75)'],
          // Both belong to the same invocation.
          ...['ok', 'ReadOnlyFilesystem (os error 69)'],
        ],
      );
    });

    it('hold no more than the limit, whatever it is spent on, and give back what is removed', async () => {
      const [bytes, again, names] = await answers(module, [
        'fill /tmp/a 1000',
        'fill /work/b 1000',
        'rm /tmp/a',
        'fill_names /work',
      ]).then(([first, second, , last]) => [first!, second!, last!]);
      const taken = Number(/^ok (\d+) /.exec(bytes!)![1]);
      assert.ok(taken > 950_000 && taken <= 1_000_000, bytes);
      assert.ok(bytes!.endsWith(FULL), bytes);
      assert.match(again!, /^ok \d{1,4} StorageFull|^StorageFull/);
      const count = Number(/^ok (\d+) StorageFull/.exec(names!)![1]);
      assert.ok(count > 500 && count < 4000, names);
    });

    it('give what collect asks for, and nothing else', async () => {
      const collect = async (patterns: string[]): Promise<Record<string, string>> => {
        const { files } = await module.run({
          args: ['script'],
          stdin: [
            ...[
              'write /tmp/a.txt A',
              'mkdir /tmp/out',
              'mkdir /tmp/out/deep',
              'write /tmp/out/b B',
            ],
            ...['write /tmp/out/deep/c.txt C', 'write /work/d.txt D'],
          ].join('\n'),
          collect: patterns,
        });
        return Object.fromEntries(
          Object.entries(files).map(([name, content]) => [name, content.toString()]),
        );
      };
      assert.deepEqual(await collect([]), {});
      assert.deepEqual(await collect(['/tmp/*.txt']), { '/tmp/a.txt': 'A' });
      assert.deepEqual(await collect(['/**/?.txt']), {
        '/tmp/a.txt': 'A',
        '/tmp/out/deep/c.txt': 'C',
        '/work/d.txt': 'D',
      });
      assert.deepEqual(await collect(['/tmp/out/**']), {
        '/tmp/out/b': 'B',
        '/tmp/out/deep/c.txt': 'C',
      });
      assert.deepEqual(await collect(['/readme.txt', '/nowhere']), {});
    });

    it('collected beyond the limit are an error', async () => {
      const lines = ['fill /tmp/a 1000', ...[1, 2].map((n) => `link /tmp/a /tmp/${n}`)];
      // Room for the links.
      lines.splice(1, 0, 'truncate /tmp/a 900000');
      const error = await fails('ERR_LIMIT', () =>
        module.run({ args: ['script'], stdin: lines.join('\n'), collect: ['/tmp/*'] }),
      );
      assert.equal(error.limit, 'scratchBytes');
      assert.deepEqual(await answers(module, ['list /tmp']), ['ok']);
    });

    it('stand beside the files of a single run', async () => {
      const files = { '/question.txt': Buffer.from('why?') };
      const { stdout } = await module.run({
        args: ['script'],
        stdin: 'read /question.txt\nread /readme.txt\nlist /',
        files,
      });
      assert.equal(
        stdout.toString(),
        'ok why?\nok read me\nok question.txt,readme.txt,tmp/,work/\n',
      );
      assert.deepEqual(await answers(module, ['read /question.txt']), [NO_ENTRY]);
      for (const taken of ['/tmp/x', '/readme.txt', '/readme.txt/x', '/work']) {
        await fails('ERR_INVALID_ARGUMENT', () =>
          module.run({ args: ['script'], files: { [taken]: Buffer.from('x') } }),
        );
      }
    });
  });
}

describe('What is given as folders', () => {
  const refused: [string, LoadOptions, RunOptions | undefined, RegExp][] = [
    [
      'a folder and a file in it',
      { scratch: ['/a'], files: { '/a/b': Buffer.of() } },
      undefined,
      /"\/a"/,
    ],
    ['a folder in another', { scratch: ['/a', '/a/b'] }, undefined, /"\/a"/],
    ['two of one name', { scratch: ['/a', 'a'] }, undefined, /"\/a"/],
    ['a folder over the models', { scratch: ['models/mine'] }, undefined, /models/],
    ['a root beside files', { scratch: ['/'], files: { '/a': Buffer.of() } }, undefined, /'\/'/],
    ["a name with '..'", { scratch: ['/a/../b'] }, undefined, /without empty names/],
    ["a name that ends with '/'", { scratch: ['/a/'] }, undefined, /without empty names/],
    ['a name that is a number', { scratch: [1 as unknown as string] }, undefined, /scratch\[0\]/],
    [
      'a host folder that is not there',
      { directories: { '/d': '/nowhere' } },
      undefined,
      /"\/nowhere"/,
    ],
    [
      'a host folder that is a file',
      { directories: { '/d': __filename } },
      undefined,
      /cannot be opened/,
    ],
    [
      'an unknown word',
      { directories: { '/d': { path: '/', rw: true } as never } },
      undefined,
      /'rw'/,
    ],
    ['a relative pattern', {}, { collect: ['tmp/*'] }, /collect\[0\]/],
    ['a path as a file of one run', {}, { files: { '/a': '/b' as never } }, /files\['\/a'\]/],
    [
      'scratch with subprocess',
      { isolation: 'subprocess', scratch: ['/a'] },
      undefined,
      /subprocess/,
    ],
    [
      'files of one run with subprocess',
      { isolation: 'subprocess' },
      { files: { '/a': Buffer.of(1) } },
      /subprocess/,
    ],
    ['collect with subprocess', { isolation: 'subprocess' }, { collect: ['/a'] }, /subprocess/],
  ];
  for (const [name, load, run, message] of refused) {
    it(`refuses ${name}`, async () => {
      const error = await fails('ERR_INVALID_ARGUMENT', () =>
        withModule(TOUR, load, (module) => module.run({ args: ['script'], ...run })),
      );
      assert.match(error.message, message);
    });
  }
});
