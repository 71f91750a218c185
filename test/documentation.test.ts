import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import {
  anchors,
  brokenLinks,
  commandCalls,
  constants,
  countWords,
  npmScripts,
  pages,
  readText,
  tableRows,
} from './support/documentation.js';
import { ROOT } from './support/paths.js';

interface Summary {
  contenders: {
    name: string;
    latency: { percentilesMs: { value: number }[] };
    cpuSeconds: { value: number };
    coldStart: { totalMs: { value: number } };
    memory: { idleBytes: number };
  }[];
}

/** Variables of other programs, or only mentioned in sentences about the past. */
const FOREIGN = ['WASMEDGE_PLUGIN_PATH'];

function sourcesOf(folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs|cjs|cc|h|rs|json|txt)$/.test(name))
        .filter((name) => !name.includes('node_modules') && !name.includes('target/'))
        .map((name) => readText(path.join(folder, name))),
    )
    .join('\n');
}

const findings = (find: (page: { name: string; text: string }) => string[]): string[] =>
  pages().flatMap((page) => find(page).map((found) => `${page.name}: ${found}`));

describe('Documentation', () => {
  it('has a README of at most 1,200 words', () => {
    const words = countWords(readText('README.md'));
    assert.ok(words <= 1200, `README.md has ${words} words`);
    assert.equal(countWords(' one  two\n| three'), 4);
  });

  it('has scripts of at most 5,000 lines: tools of tests are in test/', () => {
    const names = readdirSync(path.join(ROOT, 'scripts'), { recursive: true, encoding: 'utf8' });
    const scripts = names.filter((name) => name.endsWith('.mjs') && !name.includes('node_modules'));
    assert.ok(scripts.length > 50);
    const lines = scripts.map(
      (name) => readText(path.join('scripts', name)).split('\n').length - 1,
    );
    const total = lines.reduce((sum, count) => sum + count, 0);
    assert.ok(total <= 5000, `scripts/ has ${total} lines`);
  });

  it('has no link that leads nowhere', () => {
    assert.deepEqual(findings(brokenLinks), []);
    const text =
      '# A `b` c\n\n[1](#a-b-c) [2](#gone) [3](gone.md) [4](LICENSE) `[5](gone.md)` [6](https://x.example)';
    assert.deepEqual(brokenLinks({ name: 'README.md', text }), ['#gone', 'gone.md']);
    assert.deepEqual(anchors('# One\n## One\n```\n# none\n```\n# A, b & c'), [
      'one',
      'one-1',
      'a-b--c',
    ]);
  });

  it('names no npm script that package.json lacks', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const known = Object.keys(scripts);
    const own = pages().filter(({ name }) => !name.startsWith('examples/'));
    const missing = own.flatMap(({ name, text }) =>
      npmScripts(text)
        .filter((script) => !known.includes(script))
        .map((script) => `${name}: ${script}`),
    );
    assert.deepEqual(missing, []);
    assert.deepEqual(npmScripts('npm run test:gone -- --all, npm test'), ['test:gone']);
  });

  it('reads the calls of the command in a page', () => {
    assert.deepEqual(
      commandCalls(
        '$ npx wasmedge-embed run --dir a tool.wasm --other\n`wasmedge-embed model fetch --force`',
      ),
      [
        { command: 'run', options: ['--dir'] },
        { command: 'model fetch', options: ['--force'] },
      ],
    );
  });

  it('lists every development command, and each page', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const told = readText('docs/development.md');
    const untold = Object.keys(scripts).filter(
      (name) =>
        !['prepack', 'postpack'].includes(name) &&
        !told.includes(`\`npm run ${name}\``) &&
        !told.includes(`\`${name}\``),
    );
    assert.deepEqual(
      untold.filter((name) => !told.includes(`\`npm ${name}\``)),
      [],
    );
    const index = readText('docs/README.md');
    const listed = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
    assert.deepEqual(
      listed.filter((name) => name !== 'README.md' && !index.includes(`](${name})`)),
      [],
    );
  });

  it('lists development commands that have --help', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    // npm starts the others before and after it packs.
    const own = Object.entries(scripts).filter(
      ([name, command]) => /^node \S+\.mjs/.test(command) && !/^(pre|post)pack$/.test(name),
    );
    assert.ok(own.length > 20);
    const silent = own.filter(
      ([, command]) => !/'?--help|\bhelp: \{/.test(readText(command.split(' ')[1] ?? '')),
    );
    assert.deepEqual(silent, []);
  });

  it('lists every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(readText('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const named = tableRows(readText('docs/dependencies.md')).map(([name = '']) => name);
    const words = named.join(' ').split(/[\s,]+/);
    // Types of a listed package, and the linter's own parts.
    const implied = /^@types\/(?!aws-lambda)|^@eslint\//;
    assert.deepEqual(
      Object.keys({ ...dependencies, ...devDependencies }).filter(
        (name) => !implied.test(name) && !words.includes(name),
      ),
      [],
    );
  });

  it('lists every crate of the guests', () => {
    const [, members = ''] = /^members = \[([^\]]*)\]/m.exec(readText('wasm/Cargo.toml')) ?? [];
    const crates = [...members.matchAll(/"([^"]+)"/g)].map(([, member = '']) =>
      path.basename(member),
    );
    assert.ok(crates.length > 10);
    const told = readText('wasm/README.md');
    assert.deepEqual(
      crates.filter((name) => !new RegExp(`\`${name}(\\.wasm)?\``).test(told)),
      [],
    );
  });

  it('names error codes, variables and limits that there are', () => {
    const errors = readText('lib/support/errors.ts');
    const sources = sourcesOf(['lib', 'native', 'scripts', 'test', 'wasm']);
    assert.deepEqual(
      findings(({ text }) =>
        constants(text, 'ERR_').filter((code) => !errors.includes(`'${code}'`)),
      ),
      [],
    );
    assert.deepEqual(
      findings(({ text }) =>
        constants(text, 'WASMEDGE_').filter(
          (name) => !FOREIGN.includes(name) && !sources.includes(name),
        ),
      ),
      [],
    );
    const declared = /export interface Limits \{([\s\S]*?)\n\}/.exec(
      readText('lib/options/types.ts'),
    )?.[1];
    const limits = [...(declared ?? '').matchAll(/^ {2}(\w+)\?:/gm)].map((found) => found[1] ?? '');
    assert.ok(limits.length > 10);
    const told = readText('docs/limits.md');
    assert.deepEqual(
      limits.filter((name) => !told.includes(`\`${name}\``)),
      [],
    );
  });

  it('gives figures that are those of the committed run of the benchmark', () => {
    const { contenders } = JSON.parse(readText('bench/summary.json')) as Summary;
    const figures = (name: string): string[] => {
      const found = contenders.find((each) => each.name === name);
      assert.ok(found, name);
      const { latency, cpuSeconds, coldStart, memory } = found;
      return [
        shown(latency.percentilesMs[0]?.value ?? NaN),
        shown(cpuSeconds.value),
        shown(coldStart.totalMs.value),
        shown(memory.idleBytes / 1e6),
      ];
    };
    const rows = tableRows(readText('README.md'));
    const row = (first: string): string[] =>
      rows.find(([title]) => title === first)?.slice(1) ?? [];

    assert.deepEqual(row('wasmedge-embed, in-process'), figures('in-process'));
    assert.deepEqual(row('spawning `wasmedge`'), figures('original'));
    assert.deepEqual(row('sharp + onnxruntime-node'), figures('sharp-onnxruntime'));
    assert.deepEqual(row('C++ without a sandbox'), figures('native'));
    const isolations = ['in-process', 'worker-process', 'subprocess'].map(figures);
    assert.deepEqual(
      row('a 720p photograph, p50'),
      isolations.map(([p50 = '']) => `${p50} ms`),
    );
    assert.deepEqual(
      row('resident memory, idle'),
      isolations.map(([, , , memory = '']) => `${memory} MB`),
    );
  });
});

/** As in the README: one decimal below 10. */
function shown(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
