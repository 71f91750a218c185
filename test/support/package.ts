import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { CERTIFICATES } from './cache.js';
import { DATA } from './data.js';
import { ROOT } from './paths.js';
import { temporaryPath } from './wat.js';

/** A photograph that the default model recognizes. */
export const PHOTOGRAPH = path.join(DATA, 'photos', 'burger.jpg');
export const LABEL = 'cheeseburger';

/** A value from the command that runs these tests. */
export function given(name: string): string {
  const value = process.env[`WASMEDGE_EMBED_${name}`];
  assert.ok(value, "Run these tests with 'npm run test:package' or 'npm run test:toolchains'.");
  return value;
}

/** Far more than any of the programs takes. */
const HANGS_AFTER_MS = 600_000;

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end, which may connect to registries. A variable that is undefined is removed from its
 * environment.
 */
export function run(
  command: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const [program = '', ...args] = command;
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: CERTIFICATES,
    WASMEDGE_EMBED_DATA: undefined,
    ...variables,
  };
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd, env, maxBuffer: 2 ** 26, timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const exitCode = error ? error.code : 0;
        if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
        else reject(new Error(`${command.join(' ')}: ${stderr}`, { cause: error }));
      },
    );
  });
}

/** Runs a program, which must succeed, and returns its standard output. */
export async function output(...args: Parameters<typeof run>): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  assert.equal(exitCode, 0, `${args[0].join(' ')}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** A package manager, as pinned in scripts/package/tools. */
export interface Manager {
  name: string;
  /** The Node.js that runs it, by its version line. */
  node: 20 | 24;
  /** Its program, below the tools' folder. */
  program: string;
  /** Its arguments for installing packages. */
  install: readonly string[];
  /** Its arguments for running a package's program. */
  execute: readonly string[];
  /** Its arguments for running node, if it has its own way of finding packages. */
  runNode?: readonly string[];
}

export const NPM: Manager = {
  name: 'npm 11',
  node: 20,
  program: 'npm-11/bin/npm-cli.js',
  install: ['install'],
  execute: ['exec', '--'],
};

export const MANAGERS: readonly Manager[] = [
  {
    ...NPM,
    name: 'npm 10, no script being run',
    program: 'npm-10/bin/npm-cli.js',
    install: ['install', '--ignore-scripts'],
  },
  NPM,
  { ...NPM, name: 'npm 12', node: 24, program: 'npm-12/bin/npm-cli.js' },
  {
    name: 'pnpm',
    node: 20,
    program: 'pnpm-10/bin/pnpm.cjs',
    install: ['add'],
    execute: ['exec'],
  },
  {
    name: 'Yarn 1',
    node: 20,
    program: 'yarn-1/bin/yarn.js',
    install: ['add'],
    execute: ['--silent', 'run'],
  },
  {
    name: "Yarn 4, without node_modules (Plug'n'Play)",
    node: 20,
    program: 'yarn-4/bin/yarn.js',
    install: ['add'],
    execute: ['run'],
    runNode: ['node'],
  },
];

/** An empty project in which a package manager has installed the tarball. */
export class Project {
  readonly folder: string;
  readonly #manager: Manager;
  readonly #env: Record<string, string | undefined>;

  private constructor(manager: Manager, folder: string, env: Record<string, string | undefined>) {
    this.#manager = manager;
    this.folder = folder;
    this.#env = env;
  }

  static async install(manager: Manager): Promise<Project> {
    const folder = temporaryPath('project');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'package.json'), '{"name": "project", "private": true}\n');
    return Project.into(folder, manager);
  }

  /** Installs the tarball into a folder with a package.json. */
  static async into(folder: string, manager: Manager): Promise<Project> {
    const project = new Project(manager, folder, await environment(manager));
    // Some look for the project's root in parent folders, and for what they know in the user's
    // home.
    if (manager.runNode) writeFileSync(path.join(folder, 'yarn.lock'), '');
    const packages = [`wasmedge-embed@file:${given('TARBALL')}`, '@types/node@20'];
    await project.manage(...manager.install, ...packages);
    return project;
  }

  /** Runs the package manager; it must succeed. */
  manage(...args: string[]): Promise<string> {
    const program = path.join(given('PACKAGE_TOOLS'), this.#manager.program);
    return output([path.join(this.node, 'bin/node'), program, ...args], this.folder, this.#env);
  }

  /** Runs the package's command, through the package manager. */
  command(...args: string[]): Promise<string> {
    return this.manage(...this.#manager.execute, 'wasmedge-embed', ...args);
  }

  /** Runs a script with this content, and returns its output. */
  script(name: string, content: string, ...args: string[]): Promise<string> {
    writeFileSync(path.join(this.folder, name), content);
    return this.#manager.runNode
      ? this.manage(...this.#manager.runNode, name, ...args)
      : output([path.join(this.node, 'bin/node'), name, ...args], this.folder, this.#env);
  }

  /** Compiles a file with this content against the package's types, like a strict project. */
  async compile(name: string, content: string): Promise<void> {
    writeFileSync(path.join(this.folder, name), content);
    const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--types', 'node'];
    const target = ['--target', 'es2022', '--module', 'node16', '--ignoreConfig'];
    await output([process.execPath, compiler, ...options, ...target, name], this.folder);
  }

  /** Where the package was installed. */
  get installed(): string {
    return path.join(this.folder, 'node_modules', 'wasmedge-embed');
  }

  get node(): string {
    return given(`NODE_${this.#manager.node}`);
  }
}

/**
 * Variables with which a package manager uses npm's configured registry, and stays within a folder.
 */
async function environment({ node }: Manager): Promise<Record<string, string | undefined>> {
  const registry = (await output(['npm', 'config', 'get', 'registry'], ROOT)).trim();
  const store = temporaryPath('store');
  return {
    PATH: `${path.join(given(`NODE_${node}`), 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    XDG_CACHE_HOME: store,
    XDG_DATA_HOME: store,
    XDG_STATE_HOME: store,
    YARN_CACHE_FOLDER: undefined,
    YARN_ENABLE_TELEMETRY: '0',
    YARN_GLOBAL_FOLDER: store,
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
    YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
  };
}
