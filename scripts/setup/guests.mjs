import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { CommandFailure } from './failure.mjs';
import { filesBelow, sha256OfFile } from './files.mjs';
import { takeOrMake } from './kept-guests.mjs';
import { rustEnvironment } from './machine.mjs';
import { embeddingGuestFile, guest, guestFile, root, setupFolder } from './paths.mjs';
import { outcomeOf } from './processes.mjs';
import { digestOf, digestsOfLinked } from './stamp.mjs';
import { installPackages } from './system/install.mjs';

/** The default model is embedded in one of them. */
export const guestSources = ['wasm', 'test/guests/rust', 'models/default'];
/**
 * Used while crates come from Debian's packages: a copy of the sources that can use Debian's
 * versions.
 */
const copyFolder = path.join(setupFolder, 'guests');
const debianCrates = '/usr/share/cargo/registry';

/**
 * The Rust guests of the package and of the tests, compiled for WASI.
 *
 * @type {import('./steps.mjs').Step}
 */
export const guests = {
  name: 'guests',
  title: 'Guests',
  advice: 'Fix the errors of cargo, then run this command again.',

  async stamp({ machine }) {
    const facts = [machine.rust, machine.wasmLinker, sameEverywhere(), ...embedded()];
    const digest = digestOf(guestSources, facts);
    return { digest, outputs: [guestFile, embeddingGuestFile] };
  },

  async run(context, task) {
    rmSync(copyFolder, { recursive: true, force: true });
    const fromDebian = !(await fetchCrates(context, task));
    if (fromDebian) await prepareDebianCrates(context, task);
    const build = () => buildGuests(context, task);
    // Others would not build the same.
    if (fromDebian || embedded().some(Boolean)) {
      await build();
      return fromDebian ? "done with Debian's packaged crates" : undefined;
    }
    const toolchain = await digestsOfRust(context.machine);
    const isKept = await takeOrMake('guests-wasm', () => digestOf(guestSources, toolchain), build);
    return isKept ? 'done, as another clone built them' : undefined;
  },
};

/** What the user embeds in place of the default model. */
export function embedded() {
  const names = ['WASMEDGE_EMBED_GUEST_MODEL', 'WASMEDGE_EMBED_GUEST_LABELS'];
  return names.map((name) => process.env[name] ?? '');
}

async function buildGuests({ machine }, task) {
  const how = ['--workspace', '--release', '--target', 'wasm32-wasip1'];
  const { command, args, options } = cargo(machine, 'build', how);
  await task.exec(command, args, options);
  const crates = ['wasm', 'test/guests/rust'].flatMap((folder) => namesIn(path.join(root, folder)));
  return crates.map(guest).filter((file) => existsSync(file));
}

/**
 * The digests of what compiles and links Rust for WASI, whose libraries are part of each guest.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export async function digestsOfRust({ rust, wasmLinker }) {
  const programs = [rust.rustc, ...(wasmLinker.command ? [wasmLinker.command] : [])];
  const libraries = filesBelow(path.join(rust.programs, '../lib/rustlib/wasm32-wasip1'));
  return [await digestsOfLinked(programs), libraries.map(sha256OfFile)];
}

/**
 * A cargo command over the guests' workspace, with the crates that the set-up found.
 *
 * @param {import('./machine.mjs').Machine} machine
 * @param {string} subcommand
 * @param {string[]} [args]
 */
export function cargo(machine, subcommand, args = []) {
  const env = rustEnvironment(machine);
  const settings = ['--config', sameEverywhere()];
  if (!existsSync(copyFolder)) {
    const options = { cwd: path.join(root, 'wasm'), env };
    return {
      command: machine.rust.cargo,
      args: [subcommand, '--locked', ...settings, ...args],
      options,
    };
  }
  const replacement = [
    'source.crates-io.replace-with="debian"',
    `source.debian.directory="${debianCrates}"`,
  ].flatMap((setting) => ['--config', setting]);
  return {
    command: machine.rust.cargo,
    args: [subcommand, '--offline', ...settings, ...replacement, ...args],
    options: {
      cwd: path.join(copyFolder, 'wasm'),
      env: { ...env, CARGO_TARGET_DIR: path.join(root, 'wasm/target') },
    },
  };
}

/**
 * A guest contains the names of its source files, which its panics tell. Without the folders of this
 * machine, all clones build the same bytes, whose compiled form is found in the cache.
 */
function sameEverywhere() {
  const cargoHome = process.env.CARGO_HOME || path.join(os.homedir(), '.cargo');
  // The last that fits applies.
  const flags = [
    [cargoHome, '/cargo'],
    [root, '/wasmedge-embed'],
    [copyFolder, '/wasmedge-embed'],
  ].map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`);
  // Added to those of wasm/.cargo/config.toml.
  return `target.wasm32-wasip1.rustflags=${JSON.stringify(flags)}`;
}

/** Whether the crates of the lock file are available, or could be downloaded. */
async function fetchCrates({ machine }, task) {
  const { command, args, options } = cargo(machine, 'fetch');
  const result = await task.attempt(command, args, options);
  if (result.code === 0) return true;
  // A lock file that does not match Cargo.toml is an error in the sources, not a network problem.
  if (result.code === null || /--locked/.test(result.output)) {
    throw new CommandFailure('cargo', outcomeOf(result));
  }
  return false;
}

async function prepareDebianCrates(context, task) {
  const lock = readFileSync(path.join(root, 'wasm/Cargo.lock'), 'utf8');
  const named = namedCrates(lock);
  // Debian's packages provide their dependencies, under Debian's names and versions.
  const packages = registryCrates(lock)
    .filter(({ name }) => named.has(name))
    .map(({ name, version }) => ({
      name: `librust-${name.toLowerCase().replaceAll('_', '-')}-dev`,
      minimum: version.split('.').slice(0, 2).join('.'),
      folder: `${name}-${version.split('.').slice(0, 2).join('.')}.`,
    }))
    .filter(({ folder }) => !namesIn(debianCrates).some((name) => name.startsWith(folder)));
  if (packages.length > 0) {
    await installPackages(
      packages,
      '  The crates of the guests cannot be downloaded (no way to crates.io, or to the mirror that cargo is\n' +
        "  configured for): Debian's packages of them are to be used, in the versions that Debian has.",
      context,
      task,
    );
  }
  for (const source of guestSources) {
    const target = path.join(copyFolder, source);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(root, source), target, {
      recursive: true,
      filter: (file) => !['target', 'Cargo.lock'].includes(path.basename(file)),
    });
  }
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * The direct dependencies of the crates in the workspace.
 *
 * @param {string} text of a Cargo.lock
 */
export function namedCrates(text) {
  const own = text.split('[[package]]').filter((entry) => !/^source = /m.test(entry));
  const names = own.flatMap((entry) =>
    [...(entry.match(/^dependencies = \[([^\]]*)\]/m)?.[1] ?? '').matchAll(/"([^" ]+)[^"]*"/g)].map(
      ([, name]) => name,
    ),
  );
  return new Set(names);
}

/**
 * The crates of a Cargo.lock that come from a registry.
 *
 * @param {string} text
 */
export function registryCrates(text) {
  return text.split('[[package]]').flatMap((entry) => {
    const field = (name) => entry.match(new RegExp(`^${name} = "([^"]*)"$`, 'm'))?.[1];
    return field('source')?.startsWith('registry+')
      ? [{ name: field('name'), version: field('version') }]
      : [];
  });
}
