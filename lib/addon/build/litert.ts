import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { unzipSync } from 'fflate';

import { writeAtomically } from '../../support/atomic-file.js';
import { writableCacheDirectory } from '../../support/cache-directory.js';
import { sha256 } from '../../support/crypto.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { packageRoot } from '../../support/package-root.js';

import { runProgram } from './program.js';

export const LITERT = 'libLiteRt.so';

/** native/litert.json: the wheels of the Python package that contains the library. */
interface Pinned {
  package: string;
  version: string;
  pythonVersion: string;
  /** Its name in the wheel. */
  library: string;
  /** By `process.arch`. */
  architectures: Record<string, Wheel | undefined>;
}

interface Wheel {
  platform: string;
  file: string;
  /** Of the library in the wheel. */
  sha256: string;
  /** What to overwrite in the library, and its digest after that. */
  patch?: { bytes: { offset: number; hex: string }[]; sha256: string };
}

/**
 * The pinned LiteRT library for this processor: the package's own, otherwise from the cache,
 * otherwise from its wheel, which pip downloads.
 *
 * @param folder A temporary folder to work in.
 * @throws {WasmEdgeError} ERR_BUILD.
 */
export async function liteRtLibrary(
  folder: string,
  onStep: (text: string) => void,
): Promise<Buffer> {
  const pinned = JSON.parse(
    readFileSync(path.join(packageRoot(), 'native', 'litert.json'), 'utf8'),
  ) as Pinned;
  const { arch } = process;
  const wheel = pinned.architectures[arch];
  if (!wheel) throw new WasmEdgeError('ERR_BUILD', `LiteRT is not available for ${arch}.`);
  const cached = path.join(
    writableCacheDirectory(path.join('litert', `${pinned.version}-${arch}`)),
    LITERT,
  );
  for (const file of [path.join(packageRoot(), 'prebuilds', `linux-${arch}`, LITERT), cached]) {
    const content = await readFile(file).catch(() => undefined);
    if (content && sha256(content) === (wheel.patch ?? wheel).sha256) return content;
  }
  onStep(`Downloading LiteRT ${pinned.version} with pip`);
  const content = await takeFromWheel(pinned, wheel, folder);
  for (const { offset, hex } of wheel.patch?.bytes ?? []) content.write(hex, offset, 'hex');
  await writeAtomically(cached, (temporary) => writeFile(temporary, content));
  return content;
}

async function takeFromWheel(pinned: Pinned, wheel: Wheel, folder: string): Promise<Buffer> {
  try {
    await runProgram('python3', [
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', folder],
      ...['--disable-pip-version-check', '--progress-bar=off', '--implementation', 'cp'],
      ...['--python-version', pinned.pythonVersion, '--platform', wheel.platform],
      `${pinned.package}==${pinned.version}`,
    ]);
  } catch (error) {
    throw new WasmEdgeError(
      'ERR_BUILD',
      `LiteRT cannot be downloaded: ${reasonOf(error)}\nThis requires Python 3 with pip ('apt-get install ` +
        "python3-pip') and access to the package index that pip is configured for.",
      { cause: error },
    );
  }
  const archive = await readFile(path.join(folder, wheel.file));
  const content = unzipSync(archive, { filter: ({ name }) => name === pinned.library });
  const library = Buffer.from(content[pinned.library] ?? []);
  const found = sha256(library);
  if (found === wheel.sha256) return library;
  throw new WasmEdgeError(
    'ERR_BUILD',
    `${pinned.library} in ${wheel.file} does not match: its SHA-256 should be ` +
      `${wheel.sha256}, but is ${found}. Check the package index that pip is configured for.`,
  );
}
