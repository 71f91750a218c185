import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

import { unzipSync } from 'fflate';

import { ownCacheDirectory } from '../support/cache-directory.js';
import { sha256 } from '../support/crypto.js';
import { WasmEdgeError, isError, reasonOf } from '../support/errors.js';

import { MOBILENET, MOBILENET_LABELS, fetchedModelDirectory } from './model-lookup.js';

/** The archive of the original application's model on the TensorFlow site. */
export const MODEL_ARCHIVE = {
  url: 'https://storage.googleapis.com/download.tensorflow.org/models/tflite/mobilenet_v1_1.0_224_quant_and_labels.zip',
  sha256: '2f8054076cf655e1a73778a49bd8fd0306d32b290b7e576dda9574f00f186c0f',
} as const;

/** About three times the size of the archive. */
const MAX_BYTES = 16 << 20;

/** Options of {@link fetchModel}. */
export interface FetchModelOptions {
  /** Another URL of the archive; its contents must be the same. */
  url?: string;
  /** Expected SHA-256 of the archive, in hex. */
  sha256?: string;
  /** Maximum time without receiving a byte, in milliseconds. */
  idleTimeoutMs?: number;
  /** Called after each chunk with the bytes so far, and the total if the server provides it. */
  onProgress?: (received: number, total: number | undefined) => void;
}

/**
 * Downloads the archive, checks it, and stores model and labels in the cache, both or neither.
 *
 * @returns The folder that contains them.
 * @throws {WasmEdgeError} ERR_MODEL: no network, a status other than 200, a time-out, unexpected
 *   contents, or a user without a home directory and `$WASMEDGE_EMBED_CACHE`.
 */
export async function fetchModel(options: FetchModelOptions = {}): Promise<string> {
  const url = options.url ?? MODEL_ARCHIVE.url;
  const folder = fetchedModelDirectory();
  if (folder === undefined) {
    throw new WasmEdgeError(
      'ERR_MODEL',
      'There is no folder for the model, because this user has no home directory. Set WASMEDGE_EMBED_CACHE to a folder.',
    );
  }
  const archive = await download(url, options.idleTimeoutMs ?? 30_000, options.onProgress);
  const digest = sha256(archive);
  if (digest !== (options.sha256 ?? MODEL_ARCHIVE.sha256)) {
    throw new WasmEdgeError(
      'ERR_MODEL',
      `${url} is not the expected archive: its SHA-256 is ${digest}. Nothing was saved.`,
    );
  }
  return unpack(archive, folder);
}

async function download(
  url: string,
  idleTimeoutMs: number,
  onProgress: FetchModelOptions['onProgress'],
): Promise<Uint8Array> {
  const abort = new AbortController();
  const idle = setTimeout(() => {
    abort.abort();
  }, idleTimeoutMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (response.status !== 200 || !response.body) {
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    }
    const length = Number(response.headers.get('content-length'));
    const total = length > 0 ? length : undefined;
    const parts: Uint8Array[] = [];
    let received = 0;
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      idle.refresh();
      received += part.length;
      if (received > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
      parts.push(part);
      onProgress?.(received, total);
    }
    return Buffer.concat(parts);
  } catch (error) {
    abort.abort();
    const reason =
      abort.signal.aborted && isAbort(error)
        ? `nothing was received for ${idleTimeoutMs} ms`
        : why(error);
    throw new WasmEdgeError(
      'ERR_MODEL',
      `Cannot download ${url}: ${reason}. This requires a network connection; the default ` +
        'model does not.',
      { cause: error },
    );
  } finally {
    clearTimeout(idle);
  }
}

function isAbort(error: unknown): boolean {
  return isError(error) && error.name === 'AbortError';
}

/** fetch() says "fetch failed" and keeps the reason in `cause`. */
function why(error: unknown): string {
  const cause = isError(error) ? error.cause : undefined;
  return reasonOf(isError(cause) ? cause : error);
}

function unzip(archive: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, {
      filter: ({ name, originalSize }) =>
        (name === MOBILENET || name === MOBILENET_LABELS) && originalSize <= MAX_BYTES,
    });
  } catch (error) {
    throw new WasmEdgeError('ERR_MODEL', `The archive cannot be unpacked: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

function makeModelsFolder(): void {
  try {
    ownCacheDirectory('models');
  } catch (error) {
    throw new WasmEdgeError('ERR_MODEL', `The model cannot be saved: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Both files appear together: the folder is filled under another name and moved into place. */
async function unpack(archive: Uint8Array, folder: string): Promise<string> {
  const files = unzip(archive);
  const model = files[MOBILENET];
  const labels = files[MOBILENET_LABELS];
  if (!model || !labels) {
    throw new WasmEdgeError(
      'ERR_MODEL',
      `The archive does not contain ${MOBILENET} and ${MOBILENET_LABELS}.`,
    );
  }
  makeModelsFolder();
  const temporary = await mkdtemp(`${folder}.`);
  try {
    await writeFile(path.join(temporary, MOBILENET), model);
    await writeFile(path.join(temporary, MOBILENET_LABELS), labels);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
