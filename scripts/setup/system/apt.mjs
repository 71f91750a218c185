import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../failure.mjs';
import { setupFolder } from '../paths.mjs';

const lockTimeoutSeconds = 300;
const lockRetryMs = 5000;
const dpkgStatus = '/var/lib/dpkg/status';

/** Options for every installation: wait for other package managers, never stop at a question. */
const installOptions = [
  '-y',
  '--no-install-recommends',
  '-o',
  `DPkg::Lock::Timeout=${lockTimeoutSeconds}`,
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
];

export const updateArguments = ['apt-get', 'update', '-o', 'Acquire::Retries=3'];

/**
 * "apt-get install" for packages and their dependencies, from a suite (without one, the system's
 * own).
 */
export function installArguments({ suite, packages }) {
  return ['apt-get', 'install', ...(suite ? ['-t', suite] : []), ...installOptions, ...packages];
}

/** `apt-get update`, repeated while another package manager holds the lists. */
export async function updateLists(task, prefix = []) {
  const [command, ...args] = [...prefix, ...updateArguments];
  const until = Date.now() + lockTimeoutSeconds * 1000;
  for (;;) {
    const { code, output } = await task.attempt(command, args);
    if (code === 0) return;
    if (!/Could not get lock/.test(output) || Date.now() > until) {
      throw new SetupFailure('The package lists cannot be updated.', {
        seeLog: true,
        advice:
          'Check whether `apt-get update` works on this machine; then run this command again.',
      });
    }
    task.note('Waiting for another package manager …');
    await new Promise((resolve) => setTimeout(resolve, lockRetryMs));
  }
}

/**
 * A copy of apt's configuration and lists in which an installation can be simulated: nothing changes on the machine
 * and no privileges are needed, so that people learn what would happen before they agree.
 */
export class AptRehearsal {
  #task;
  #folder = path.join(setupFolder, 'apt');
  #status = path.join(this.#folder, 'status');
  #options;

  constructor(task) {
    this.#task = task;
    const folder = this.#folder;
    rmSync(folder, { recursive: true, force: true });
    for (const name of ['lists/partial', 'cache/archives/partial', 'etc']) {
      mkdirSync(path.join(folder, name), { recursive: true });
    }
    for (const name of ['sources.list', 'sources.list.d', 'preferences', 'preferences.d']) {
      if (existsSync(`/etc/apt/${name}`)) {
        cpSync(`/etc/apt/${name}`, path.join(folder, 'etc', name), { recursive: true });
      }
    }
    cpSync(dpkgStatus, this.#status);
    this.#options = [
      `Dir::State::Lists=${folder}/lists`,
      `Dir::State::Status=${this.#status}`,
      `Dir::Cache=${folder}/cache`,
      // Containers switch these off: then each run reads all lists, which takes seconds.
      ...['pkgcache', 'srcpkgcache'].map((name) => `Dir::Cache::${name}=${name}.bin`),
      `Dir::Etc::SourceList=${folder}/etc/sources.list`,
      `Dir::Etc::SourceParts=${folder}/etc/sources.list.d`,
      `Dir::Etc::Preferences=${folder}/etc/preferences`,
      `Dir::Etc::PreferencesParts=${folder}/etc/preferences.d`,
      // The user `_apt`, to whom root delegates downloads, may not have access to the clone's
      // folder.
      ...(process.getuid() === 0 ? ['APT::Sandbox::User=root'] : []),
      'Acquire::Languages=none',
    ].flatMap((option) => ['-o', option]);
  }

  /** Adds a file below /etc/apt, such as a package source. */
  add(file, content) {
    const copy = path.join(this.#folder, 'etc', path.relative('/etc/apt', file));
    mkdirSync(path.dirname(copy), { recursive: true });
    writeFileSync(copy, content);
  }

  async update() {
    await this.#task.exec('apt-get', ['update', '-o', 'Acquire::Retries=3', ...this.#options], {
      advice:
        'Check whether `apt-get update` works on this machine: its package sources and its network are\n' +
        'as apt finds them. Then run this command again.',
    });
  }

  /** The versions of packages that the sources offer. */
  async policy(packages) {
    const args = ['policy', ...this.#options, ...packages];
    const { stdout } = await this.#task.exec('apt-cache', args, { env: { LC_ALL: 'C' } });
    return parsePolicy(stdout);
  }

  /** What an installation would do; undefined if its dependencies cannot be satisfied. */
  async simulate(group) {
    const [command, ...args] = installArguments(group);
    const { code, stdout } = await this.#task.attempt(command, ['-s', ...this.#options, ...args], {
      env: { LC_ALL: 'C' },
    });
    return code === 0 ? parseSimulation(stdout) : undefined;
  }

  /**
   * Continues as if an installation had been made: later simulations are based on it. Returns the bytes that it would
   * download.
   */
  async assume({ installed, removed }) {
    const versions = installed.map(({ name, to }) => `${name}=${to}`);
    const { stdout } = await this.#task.exec('apt-cache', ['show', ...this.#options, ...versions]);
    const gone = new Set([...removed, ...installed.map(({ name }) => name)]);
    const before = stanzas(readFileSync(this.#status, 'utf8')).filter(
      (stanza) => !gone.has(packageOf(stanza)),
    );
    // A version in several sources is listed several times.
    const now = new Map(stanzas(stdout).map((stanza) => [packageOf(stanza), stanza]));
    const added = [...now.values()].map((stanza) => `${stanza}\nStatus: install ok installed`);
    writeFileSync(this.#status, `${[...before, ...added].join('\n\n')}\n`);
    const sizes = [...now.values()].map((stanza) =>
      Number(stanza.match(/^Size: (\d+)$/m)?.[1] ?? 0),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function stanzas(text) {
  return text.split(/\n{2,}/).filter((stanza) => stanza.trim() !== '');
}

function packageOf(stanza) {
  return stanza.match(/^Package: (\S+)$/m)?.[1];
}

/**
 * @typedef {{ version: string, priority: number, suites: string[] }} Offer
 *
 * @param {string} text the output of `apt-cache policy PACKAGE…`
 * @returns {Map<string, { candidate: string | undefined, offers: Offer[] }>}
 */
export function parsePolicy(text) {
  const packages = new Map();
  let entry;
  for (const line of text.split('\n')) {
    const name = line.match(/^(\S+):$/);
    const candidate = line.match(/^ {2}Candidate: (\S+)/);
    const version = line.match(/^ (?:\*\*\*| {3}) (\S+) (-?\d+)$/);
    const source = line.match(/^ {8} *(-?\d+) \S+ ([^\s/]+)\/\S+ \S+ Packages$/);
    if (name) {
      entry = { candidate: undefined, offers: [] };
      packages.set(name[1].replace(/:[^:]+$/, ''), entry);
    } else if (candidate && candidate[1] !== '(none)') {
      entry.candidate = candidate[1];
    } else if (version) {
      entry.offers.push({ version: version[1], priority: -Infinity, suites: [] });
    } else if (source) {
      const offer = entry.offers.at(-1);
      // The number beside the version is a pin of the package itself; here, those of its sources
      // decide.
      offer.priority = Math.max(offer.priority, Number(source[1]));
      offer.suites.push(source[2]);
    }
  }
  return packages;
}

/**
 * @typedef {{ name: string, from?: string, to: string }} Installation `from`: the version that it replaces
 *
 * @param {string} text the output of `apt-get -s install`
 * @returns {{ installed: Installation[], removed: string[] }}
 */
export function parseSimulation(text) {
  const installed = [...text.matchAll(/^Inst (\S+) (?:\[(\S+)\] )?\((\S+)/gm)].map(
    ([, name, from, to]) => ({ name, from, to }),
  );
  const removed = [...text.matchAll(/^(?:Remv|Purg) (\S+)/gm)].map(([, name]) => name);
  return { installed, removed };
}

/**
 * What an installation removes without a successor. Debian 13 renamed libraries for its 64-bit time_t
 * (libssl3 became libssl3t64): the new one takes the place of the old one and serves the same programs.
 */
export function removedForGood({ installed, removed }) {
  const successors = new Set(
    installed.filter(({ name }) => name.includes('t64')).map(({ name }) => name.replace('t64', '')),
  );
  return removed.filter((name) => !successors.has(name));
}
