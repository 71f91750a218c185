import { loadGuestFiles } from '../guest/guest-files.js';
import { readLabelsOf, readModels } from '../models/models.js';
import type { NamedModel, ReadModel } from '../models/models.js';

import type { LoadSettings } from './load-settings.js';

/**
 * The inputs of a module in addition to its code, read once: later changes on disk have no effect.
 */
export interface GuestInputs {
  files: Record<string, Uint8Array>;
  models: NamedModel[];
}

/** The same with the bytes of every model. */
export interface ReadInputs extends GuestInputs {
  models: ReadModel[];
}

type InputSettings = Pick<LoadSettings, 'files' | 'models' | 'limits'>;

export async function readInputs({ files, models, limits }: InputSettings): Promise<ReadInputs> {
  const [guestFiles, readyModels] = await Promise.all([
    loadGuestFiles(files, limits.fileBytes),
    readModels(models),
  ]);
  return { files: guestFiles, models: readyModels };
}

/**
 * Without the model files, which the addon reads in this process, and without anything that can
 * wait.
 */
export async function readInputsButModels(settings: InputSettings): Promise<GuestInputs> {
  const { files, models, limits } = settings;
  const namedModels = readLabelsOf(models);
  return { files: await loadGuestFiles(files, limits.fileBytes), models: namedModels };
}
