import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ReadModel } from '../../models/models.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { onProcessExit } from '../../support/process-exit.js';

/** The files for the program: a folder that only this user can access, removed at the end. */
export interface Materials {
  /** The module; its name without the extension is the guest's program name. */
  guest: string;
  /** The guest's folder `/`. */
  root: string;
  /** The models' files, by name. */
  models: Record<string, string>;
  remove(): Promise<void>;
}

/** Writes everything that the program needs, so that later changes have no effect. */
export async function materialise(
  module: { content: Uint8Array; name: string },
  files: Readonly<Record<string, Uint8Array>>,
  models: readonly ReadModel[],
): Promise<Materials> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wasmedge-embed-')).catch((error: unknown) => {
    throw cannotWrite(tmpdir(), error);
  });
  const forget = onProcessExit(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    forget();
  };
  try {
    // The program parses the folder and its name in the guest from one argument.
    if (folder.includes(':')) throw new Error('its name contains a colon');
    const root = path.join(folder, 'root');
    const guest = path.join(folder, 'guest', module.name);
    await Promise.all(
      [root, path.dirname(guest), path.join(folder, 'models')].map((each) => mkdir(each)),
    );
    // The checked content, whatever the file contains by now.
    await writeFile(guest, module.content, { mode: 0o700 });
    for (const [guestPath, content] of Object.entries(files)) {
      const target = path.join(root, guestPath);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content, { mode: 0o400 });
    }
    const modelFiles: Materials['models'] = Object.create(null) as Materials['models'];
    for (const { name, content } of models) {
      const target = path.join(folder, 'models', `${name}.tflite`);
      await writeFile(target, content, { mode: 0o400 });
      modelFiles[name] = target;
    }
    return { guest, root, models: modelFiles, remove };
  } catch (error) {
    await remove();
    throw cannotWrite(folder, error);
  }
}

function cannotWrite(folder: string, error: unknown): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The temporary folder ${folder} cannot be used for the guest's files: ${reasonOf(error)}. Set ` +
      'TMPDIR to another folder.',
    { cause: error },
  );
}
