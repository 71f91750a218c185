import { rm, writeFile } from 'node:fs/promises';

import { addon } from '../addon/native.js';
import { writeAtomically } from '../support/atomic-file.js';
import { sha256 } from '../support/crypto.js';
import { WasmEdgeError, nativeCall, reasonOf } from '../support/errors.js';
import { processorFeatures } from '../support/platform.js';
import { readRegularFile } from '../support/regular-file.js';

/**
 * What a compiled module was compiled from, for which target, and how: the file `MODULE.aot.json`
 * beside it.
 */
export interface SideFile {
  format: 1;
  /** SHA-256 of the plain module, in hex. */
  source: string;
  /** SHA-256 of the compiled module, in hex. */
  output: string;
  /** The version of WasmEdge that compiled it. */
  compiler: string;
  target: {
    /** As in `process.arch`. */
    arch: string;
    /** The processor features that it may use; empty if it was compiled for any processor. */
    features: string[];
  };
  options: { optimize: number; generic: boolean; interruptible: boolean; meter: boolean };
}

const MOST_BYTES = 64 * 1024;

/** The side file's path for a compiled module. */
export function sideFilePath(module: string): string {
  return `${module}.aot.json`;
}

/** Describes a module that was just compiled. */
export async function describeCompiled(
  source: Uint8Array,
  output: Uint8Array,
  options: SideFile['options'],
): Promise<SideFile> {
  const { version } = await nativeCall(() => addon().runtime());
  return {
    format: 1,
    source: sha256(source),
    output: sha256(output),
    compiler: version,
    target: { arch: process.arch, features: options.generic ? [] : processorFeatures() },
    options,
  };
}

export async function writeSideFile(module: string, content: SideFile): Promise<void> {
  await writeAtomically(sideFilePath(module), (temporary) =>
    writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`),
  );
}

/** Removes a side file before its module is replaced, so that it never describes another one. */
export function removeSideFile(module: string): Promise<void> {
  return rm(sideFilePath(module), { force: true });
}

/**
 * Reads the side file beside a module and checks that it belongs to the module, and that the module
 * fits this version of WasmEdge and this processor. Null if there is none, as for modules compiled
 * with the stock `wasmedge compile`.
 *
 * @throws {WasmEdgeError} ERR_MODULE_INVALID, with what does not fit and what to do.
 */
export async function verifySideFile(module: string): Promise<SideFile | null> {
  const path = sideFilePath(module);
  let text: string;
  try {
    text = (await readRegularFile(path, requireSmall)).toString();
  } catch (error) {
    if (error instanceof TooLarge) return null;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw invalid(module, `its side file cannot be read: ${reasonOf(error)}`);
  }
  const side = parse(module, text);
  const [{ version }, content] = await Promise.all([
    nativeCall(() => addon().runtime()),
    readRegularFile(module),
  ]);
  const { arch } = process;
  if (sha256(content) !== side.output) {
    throw invalid(
      module,
      `it is not the module that ${path} describes: one of them is out of date`,
    );
  }
  if (side.target.arch !== arch) {
    throw invalid(module, `it was compiled for ${side.target.arch}, but this is ${arch}`);
  }
  if (versionLine(side.compiler) !== versionLine(version)) {
    throw invalid(module, `it was compiled by WasmEdge ${side.compiler}, but this is ${version}`);
  }
  const here = new Set(processorFeatures());
  const missing = side.target.features.filter((feature) => !here.has(feature));
  if (missing.length > 0) {
    throw invalid(
      module,
      `it was compiled for a processor with ${missing.slice(0, 8).join(', ')}, which this one does ` +
        "not have (compile it with 'generic' to run it on any processor)",
    );
  }
  return side;
}

class TooLarge extends Error {}

/** This package never writes larger ones. */
function requireSmall(size: number): void {
  if (size > MOST_BYTES) throw new TooLarge();
}

function parse(module: string, text: string): SideFile {
  try {
    const side = JSON.parse(text) as Omit<SideFile, 'format'> & { format: unknown };
    const isWhole =
      typeof side.output === 'string' &&
      typeof side.compiler === 'string' &&
      typeof side.target.arch === 'string' &&
      Array.isArray(side.target.features) &&
      typeof side.options.meter === 'boolean';
    if (isWhole && side.format === 1) return { ...side, format: 1 };
  } catch {
    // Reported below.
  }
  throw invalid(module, 'its side file is malformed or of another format');
}

/** WasmEdge's major and minor version: compiled modules are compatible within such a line. */
export function versionLine(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function invalid(module: string, reason: string): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_MODULE_INVALID',
    `${module} cannot be used: ${reason}. Compile it again, or remove ${sideFilePath(module)} ` +
      'to load it unchecked.',
  );
}
