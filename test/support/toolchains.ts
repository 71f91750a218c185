import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';

import { copyPackages } from './internals.js';
import { jpeg } from './jpeg.js';
import { NPM, Project, given, output, run } from './package.js';
import type { Ended } from './package.js';
import { FITTED_DEFAULT_MODEL, PLUGINS, ROOT, compiledGuest, rustGuest } from './paths.js';
import { assemble } from './wat.js';

export const ISOLATIONS = ['in-process', 'worker-process', 'subprocess'] as const;

const PICTURE = jpeg({
  width: 64,
  height: 48,
  block: (column, row) => [40 + 20 * column, 100 + 10 * row, 200 - 15 * column],
});
const OPTIONS = { models: { default: FITTED_DEFAULT_MODEL }, args: ['--format', 'json'] };

/** The label that every toolchain must find for the picture: the one that this process finds. */
export async function expectedLabel(): Promise<string> {
  const module = await loadModule(compiledGuest('image-classification'), OPTIONS);
  const { stdout } = await module.run({ stdin: PICTURE });
  await module.close();
  return (JSON.parse(stdout.toString()) as { topK: { label: string }[] }).topK[0]!.label;
}

/** A module with a function that compiles quickly, and a program that never ends. */
const SMALL =
  '(module (func (export "one") (result i32) (i32.const 1)) (func (export "_start") (loop (br 0))))';

const CLASSIFY = `async (isolation, folder) => {
  const module = await loadModule(findGuest(), {
    isolation,
    concurrency: 1,
    models: { default: findModel() },
    args: ['--format', 'json'],
  });
  try {
    const { stdout } = await module.run({ stdin: readFileSync(path.join(folder, 'picture.jpg')) });
    return JSON.parse(stdout.toString()).topK[0].label;
  } finally {
    await module.close();
  }
}`;

/**
 * The content of each project: a classification for both kinds of modules, and programs that print
 * it.
 */
const FILES = {
  'package.json': '{ "name": "project", "private": true }\n',
  'classify.cjs': `
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { findGuest, findModel, loadModule } = require('wasmedge-embed');
exports.classify = ${CLASSIFY};`,
  'classify.mjs': `
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findGuest, findModel, loadModule } from 'wasmedge-embed';
export const classify = ${CLASSIFY};`,
  'main.cjs': `
const { classify } = require('./classify.cjs');
classify(process.argv[2], process.cwd()).then(console.log, (error) => {
  console.error(error);
  process.exitCode = 1;
});`,
  'main.mjs': `
import process from 'node:process';
import { classify } from './classify.mjs';
console.log(await classify(process.argv[2], process.cwd()));`,
};

/**
 * Toolchains as pinned by a lock file and, below their folder, projects, which find them like
 * Node.js does.
 */
export class Toolchains {
  readonly folder: string;
  readonly #projects: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  version(name: string): string {
    const file = path.join(this.folder, 'node_modules', name, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }

  file(...parts: string[]): string {
    return path.join(this.folder, 'node_modules', ...parts);
  }

  /**
   * A project with these files and the package: the tarball if there is one, otherwise as built
   * here.
   */
  async project(files: Readonly<Record<string, string>> = {}): Promise<ToolchainProject> {
    const folder = mkdtempSync(path.join(this.folder, 'project-'));
    this.#projects.push(folder);
    const project = new ToolchainProject(folder);
    project.write(FILES);
    writeFileSync(project.path('picture.jpg'), PICTURE);
    writeFileSync(project.path('small.wasm'), await assemble(SMALL));
    if (process.env['WASMEDGE_EMBED_TARBALL']) await Project.into(folder, NPM);
    else await place(folder);
    project.write(files);
    return project;
  }

  /** Removes the projects. */
  clear(): void {
    for (const each of this.#projects.splice(0)) rmSync(each, { recursive: true, force: true });
  }
}

export class ToolchainProject {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content);
    }
  }

  /** Runs a program in the folder; it must succeed. */
  output(
    command: readonly string[],
    env: Record<string, string | undefined> = {},
  ): Promise<string> {
    return output(command, this.folder, env);
  }

  run(command: readonly string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
    return run(command, this.folder, env);
  }

  /** A program's labels of the picture in each isolation. */
  async labels(
    program: readonly string[],
    isolations: readonly string[] = ISOLATIONS,
    env: Record<string, string | undefined> = {},
  ): Promise<string[]> {
    const labels: string[] = [];
    for (const each of isolations) {
      labels.push((await this.output([...program, each], env)).trim());
    }
    return labels;
  }
}

/** The package as built here, with its dependencies, where `npm install` would put it. */
async function place(folder: string): Promise<void> {
  const copy = await copyPackages(ROOT, folder);
  const prebuild = path.join(copy, 'prebuilds', `${process.platform}-${process.arch}`);
  const release = path.join(ROOT, 'build', 'Release');
  mkdirSync(path.join(prebuild, 'plugin'), { recursive: true });
  copyFileSync(
    path.join(release, 'wasmedge_embed.node'),
    path.join(prebuild, 'wasmedge-embed.glibc.node'),
  );
  for (const name of ['libLiteRt.so', 'libwasmedge_embed_plugin.so']) {
    copyFileSync(path.join(release, name), path.join(prebuild, name));
  }
  for (const name of readdirSync(PLUGINS).filter((each) => each.endsWith('.so'))) {
    copyFileSync(path.join(PLUGINS, name), path.join(prebuild, 'plugin', name));
  }
  mkdirSync(path.join(copy, 'dist', 'guest'), { recursive: true });
  const guest = 'image-classification';
  copyFileSync(rustGuest(guest), path.join(copy, 'dist', 'guest', `${guest}.wasm`));
  copyFileSync(compiledGuest(guest), path.join(copy, 'dist', 'guest', `${guest}.so`));
  for (const name of ['model.tflite', 'labels.txt']) {
    cpSync(path.join(ROOT, 'models', 'default', name), path.join(copy, 'models', 'default', name));
  }
}

/** A line of the table in docs/toolchains.md. */
export interface Line {
  toolchain: string;
  /** Its version, and that of what it runs on if that is a Node.js other than the oldest. */
  version: string;
  isolations: readonly string[];
  /** What the user must add, as Markdown; empty for nothing. */
  add?: string;
}

/** Records what works, for `npm run test:toolchains -- --write`. */
export function works({ add = '', ...line }: Line): void {
  const file = process.env['WASMEDGE_EMBED_TOOLCHAIN_LINES'];
  if (file) appendFileSync(file, `${JSON.stringify({ ...line, add })}\n`);
}

/**
 * The tests that run inside Jest and Vitest, after the code that loads `wasmedge` and `classify`.
 */
export function innerTests(label: string): string {
  return `
const { WasmEdgeError, compileModule, findGuest, findModel, loadModule } = wasmedge;

for (const isolation of ${JSON.stringify(ISOLATIONS)}) {
  test('classifies ' + isolation, async () => {
    expect(await classify(isolation, process.cwd())).toBe(${JSON.stringify(label)});
  }, 120_000);
}

test('compiles in a process of its own', async () => {
  await compileModule('small.wasm', 'small.so');
  const module = await loadModule('small.so');
  expect([module.mode, await module.call('one')]).toEqual(['aot', 1]);
  await module.close();
}, 60_000);

test('fails with errors of the family, in the words of their causes', async () => {
  for (const [work, code, words] of [
    [() => loadModule('/none'), 'ERR_MODULE_LOAD', /^Cannot read \\/none: No such file/],
    [() => loadModule(findGuest(), { files: { '/x': '/none' } }), 'ERR_INVALID_ARGUMENT', /: ENOENT/],
  ]) {
    const error = await work().catch((each) => each);
    expect(error).toBeInstanceOf(WasmEdgeError);
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(/Error: /);
  }
});

test('takes bytes and signals of this realm', async () => {
  const module = await loadModule(findGuest(), { models: { default: findModel() } });
  const controller = new AbortController();
  const { signal } = controller;
  for (const stdin of [new Uint8Array(3), new Uint8Array(3).buffer, new DataView(new ArrayBuffer(3))]) {
    expect((await module.run({ stdin, signal })).exitCode).toBe(65);
  }
  controller.abort('enough');
  const error = await module.run({ signal }).catch((each) => each);
  expect([error.code, error.cause]).toEqual(['ERR_ABORTED', 'enough']);
  await module.close();
}, 60_000);

test('leaves a guest running at the end', async () => {
  const module = await loadModule('small.so', { concurrency: 2 });
  module.run();
  module.run();
});
`;
}

/** A program that traces \`main.cjs\` and prints what @vercel/nft finds. */
export const TRACE = `
import { nodeFileTrace } from '@vercel/nft';
const { fileList, warnings } = await nodeFileTrace(['main.cjs'], { base: process.cwd() });
console.log(JSON.stringify({ files: [...fileList].sort(), warnings: [...warnings].map(String) }));`;

/** Copies files of a project to a place where there is nothing else. */
export function copyAlone(project: ToolchainProject, files: readonly string[]): ToolchainProject {
  const alone = new ToolchainProject(mkdtempSync(path.join(tmpdir(), 'alone-')));
  for (const name of files) {
    mkdirSync(path.dirname(alone.path(name)), { recursive: true });
    cpSync(project.path(name), alone.path(name), { dereference: true });
  }
  return alone;
}

/** The toolchains of one of the lock files, for the tests of a suite. */
export function toolchains(name: 'QUICK' | 'OTHERS'): Toolchains {
  const folder = given(`TOOLCHAINS_${name}`);
  assert.ok(folder);
  return new Toolchains(folder);
}
