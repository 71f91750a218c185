import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { root } from './paths.mjs';
import { ask, executables, isExecutable } from './processes.mjs';

/**
 * What was found on this machine. A part that is missing is a `Missing`, everything else its description.
 *
 * @typedef {object} Machine
 * @property {{ command: string, version: string } | Missing} compiler
 * @property {{ command: string, version: string } | Missing} cmake
 * @property {{ command: string } | Missing} make
 * @property {{ command: string } | Missing} python with a pip that works
 * @property {{ file: string, version: string } | Missing} wasmedge the library
 * @property {Record<string, object | Missing>} decoders the libraries that wasmedge_image opens, by their names
 * @property {{ rustc: string, cargo: string, programs: string, version: string } | Missing} rust
 * @property {{ command?: string } | Missing} wasmLinker without a command, the toolchain brings its own
 * @property {{ command: string } | Missing} wasiCompiler of C, with a library for WASI
 */

/** Why a part of the machine cannot be used. */
export class Missing {
  constructor(reason) {
    this.reason = reason;
  }
}

const minimalGcc = 11;
const minimalClang = 14;
const minimalCMake = [3, 21];
/**
 * wasm-ld can read the object files of its own and of older versions of LLVM; Rust 1.85 uses LLVM
 * 19.
 */
const minimalWasmLinker = 19;
const wasmEdgeLines = ['0.14.', '0.17.'];

/**
 * Tests what the machine can do, rather than relying on the names of a distribution's packages.
 *
 * @returns {Promise<Machine>}
 */
export async function inspectMachine() {
  const [compiler, cmake, make, python, rust, wasiCompiler] = await Promise.all([
    findCompiler(),
    findCMake(),
    findMake(),
    findPython(),
    findRust(),
    findWasiCompiler(),
  ]);
  const [wasmedge, decoders, wasmLinker] = await Promise.all([
    findWasmEdge(python),
    findDecoders(python),
    findWasmLinker(rust),
  ]);
  return { compiler, cmake, make, python, wasmedge, decoders, rust, wasmLinker, wasiCompiler };
}

async function findCompiler() {
  const commands = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  let reason = `no ${commands.join(', no ')} in PATH`;
  for (const command of commands) {
    const [program, ...args] = command.split(' ');
    const macros = await ask(program, [...args, '-E', '-P', '-x', 'c++', '-'], {
      input: '__clang_major__ __GNUC__',
    });
    // A macro of another compiler is not expanded.
    const [clang, gcc] = macros?.trim().split(/\s+/).map(Number) ?? [NaN, NaN];
    if (clang >= minimalClang) return { command, version: `Clang ${clang}` };
    if (Number.isNaN(clang) && gcc >= minimalGcc) return { command, version: `GCC ${gcc}` };
    if (macros !== undefined) reason = `${command} is too old`;
  }
  return new Missing(reason);
}

async function findCMake() {
  const version = (await ask('cmake', ['--version']))?.match(/version (\d+)\.(\d+)\S*/);
  if (!version) return new Missing('no cmake in PATH');
  const [major, minor] = minimalCMake;
  if (Number(version[1]) < major || (Number(version[1]) === major && Number(version[2]) < minor)) {
    return new Missing(`cmake ${version[1]}.${version[2]} is too old`);
  }
  return { command: 'cmake', version: version[0] };
}

async function findMake() {
  for (const name of ['ninja', 'make']) {
    const [command] = executables(name);
    if (command) return { command };
  }
  return new Missing('no make and no ninja in PATH');
}

/** Another Python that comes first in PATH may lack pip; then the system's is used. */
async function findPython() {
  const commands = [...executables('python3'), '/usr/bin/python3'];
  for (const command of new Set(commands)) {
    if ((await ask(command, ['-c', 'import pip, zipfile'])) !== undefined) return { command };
  }
  return new Missing(commands.length > 1 ? 'python3 has no pip' : 'no python3 in PATH');
}

/**
 * Like the addon: only WASMEDGE_DIR if it is set, otherwise ~/.wasmedge, then the system's loader.
 */
async function findWasmEdge(python) {
  const name = 'libwasmedge.so.0';
  const below = (folder) => ['lib', 'lib64', '.'].map((sub) => path.join(folder, sub, name));
  const folder = process.env.WASMEDGE_DIR;
  const named = below(folder || path.join(os.homedir(), '.wasmedge')).filter((file) =>
    existsSync(file),
  );
  if (folder && named.length === 0) return new Missing(`no ${name} in WASMEDGE_DIR (${folder})`);
  if (python instanceof Missing) {
    return named.length > 0
      ? { file: named[0], version: 'not known' }
      : new Missing('not found where the official installer puts it');
  }
  // Opening it shows more than finding a file: whether it is for this processor, and what it
  // requires.
  const program = [
    'import ctypes, sys',
    'library = ctypes.CDLL(sys.argv[1])',
    'library.WasmEdge_VersionGet.restype = ctypes.c_char_p',
    'print(library.WasmEdge_VersionGet().decode())',
  ].join('\n');
  for (const file of folder ? named : [...named, name]) {
    const version = (await ask(python.command, ['-c', program, file]))?.trim();
    if (version === undefined) continue;
    if (wasmEdgeLines.some((line) => version.startsWith(line))) return { file, version };
    return new Missing(`${file} is WasmEdge ${version}; supported are 0.14 and 0.17`);
  }
  return new Missing(
    named.length > 0 ? `${named[0]} cannot be opened` : `the loader does not find ${name}`,
  );
}

/** Asks the loader: only it knows where this distribution keeps its libraries. */
async function findDecoders(python) {
  const names = ['libturbojpeg.so.0', 'libpng16.so.16'];
  const found = names.map(async (name) => {
    const program = 'import ctypes, sys; ctypes.CDLL(sys.argv[1])';
    const opened =
      !(python instanceof Missing) &&
      (await ask(python.command, ['-c', program, name])) !== undefined;
    return [name, opened ? { name } : new Missing(`the loader does not find ${name}`)];
  });
  return Object.fromEntries(await Promise.all(found));
}

/**
 * The first toolchain with WASI's target. Distributions come first: a rustup toolchain earlier in
 * PATH often lacks the target, and running rustup's `rustc` may start a download.
 */
async function findRust() {
  const minimal = readFileSync(path.join(root, 'wasm/Cargo.toml'), 'utf8').match(
    /^rust-version\s*=\s*"(\d+)\.(\d+)/m,
  );
  let reason = 'no rustc in PATH';
  const commands = ['/usr/bin/rustc', ...executables('rustc')].filter(isExecutable);
  for (const command of new Set(commands)) {
    const env = { RUSTUP_AUTO_INSTALL: '0' };
    const sysroot = (await ask(command, ['--print', 'sysroot'], { env }))?.trim();
    if (!sysroot) continue;
    const programs = path.join(sysroot, 'bin');
    const [rustc, cargo] = ['rustc', 'cargo'].map((name) => path.join(programs, name));
    const version = (await ask(rustc, ['--version']))?.match(/^rustc (\d+)\.(\d+)\S*/);
    if (!version) continue;
    if (!existsSync(path.join(sysroot, 'lib/rustlib/wasm32-wasip1'))) {
      reason = `${command} has no target wasm32-wasip1`;
    } else if (!isExecutable(cargo)) {
      reason = `no cargo beside ${rustc}`;
    } else if (minimal && isOlder(version.slice(1, 3), minimal.slice(1, 3))) {
      reason = `${command} is ${version[0]}; ${minimal[1]}.${minimal[2]} or newer is required`;
    } else {
      return { rustc, cargo, programs, version: version[0] };
    }
  }
  return new Missing(reason);
}

function isOlder(version, minimal) {
  const [[major, minor], [minimalMajor, minimalMinor]] = [version, minimal].map((v) =>
    v.map(Number),
  );
  return major < minimalMajor || (major === minimalMajor && minor < minimalMinor);
}

async function findWasmLinker(rust) {
  if (rust instanceof Missing) {
    const command = await findWasmLd();
    return command ? { command } : new Missing('no wasm-ld in PATH');
  }
  // rustup's toolchains include `rust-lld`, Debian's use LLVM's; only linking something shows which
  // works.
  for (const command of [undefined, await findWasmLd()]) {
    if (await canLink(rust, command)) return { command };
    if (command !== undefined) return new Missing(`${command} cannot link for wasm32-wasip1`);
  }
  return new Missing('no rust-lld in the Rust toolchain, and no wasm-ld in PATH');
}

async function findWasmLd() {
  for (const command of versionsOf('wasm-ld')) {
    const version = (await ask(command, ['--version']))?.match(/LLD (\d+)/);
    if (version && Number(version[1]) >= minimalWasmLinker) return command;
  }
  return undefined;
}

/**
 * An LLVM program by its name, and by its name with a version, as distributions install them side
 * by side.
 */
function versionsOf(program) {
  const versioned = new Set(
    (process.env.PATH ?? '')
      .split(path.delimiter)
      .filter((folder) => path.isAbsolute(folder) && existsSync(folder))
      .flatMap((folder) => readdirSync(folder))
      .filter(
        (name) => name.startsWith(`${program}-`) && /^\d+$/.test(name.slice(program.length + 1)),
      ),
  );
  return [program, ...versioned].flatMap(executables);
}

async function canLink(rust, linker) {
  const args = ['--target', 'wasm32-wasip1'];
  if (linker !== undefined) args.push('-C', `linker=${linker}`);
  return canBuild(rust.rustc, args, 'empty.rs', 'fn main() {}\n');
}

/**
 * The compiler, the library and the runtime are in separate packages: only building something shows
 * whether they work.
 */
async function findWasiCompiler() {
  const commands = versionsOf('clang');
  // The header came with a wasi-libc whose functions answer as they should; that of 2022 does not have it.
  const program = '#include <dlfcn.h>\n#include <stdio.h>\nint main(void) { return puts(""); }\n';
  for (const command of commands) {
    if (await canBuild(command, ['--target=wasm32-wasi'], 'empty.c', program)) return { command };
  }
  const reason =
    commands.length > 0
      ? `${commands.join(', ')} cannot build for it, or its wasi-libc is older than 2024`
      : 'no clang in PATH';
  return new Missing(reason);
}

async function canBuild(compiler, args, name, text) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wasmedge-embed-'));
  try {
    const source = path.join(folder, name);
    await writeFile(source, text);
    const output = ['-o', path.join(folder, 'empty.wasm')];
    return (await ask(compiler, [...args, ...output, source])) !== undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The environment in which this machine's Rust builds for WASI, whatever other toolchains are in
 * PATH.
 */
export function rustEnvironment({ rust, wasmLinker }) {
  return {
    PATH: `${rust.programs}${path.delimiter}${process.env.PATH}`,
    CARGO: rust.cargo,
    RUSTC: rust.rustc,
    RUSTDOC: path.join(rust.programs, 'rustdoc'),
    RUSTFMT: path.join(rust.programs, 'rustfmt'),
    // They would replace the flags of wasm/.cargo/config.toml and of the set-up.
    RUSTFLAGS: undefined,
    CARGO_ENCODED_RUSTFLAGS: undefined,
    ...(wasmLinker.command && { CARGO_TARGET_WASM32_WASIP1_LINKER: wasmLinker.command }),
  };
}
