import { loadGuestFiles } from './guest-files.js';
import type { LoadSettings } from './load-settings.js';
import { readModels } from './models.js';
import type { ReadModel } from './models.js';

/** What a module is given beside its code, read once: later changes on the disk have no effect. */
export interface GuestInputs {
  files: Record<string, Uint8Array>;
  models: ReadModel[];
}

export async function readInputs({
  files,
  models,
  limits,
}: Pick<LoadSettings, 'files' | 'models' | 'limits'>): Promise<GuestInputs> {
  const [guestFiles, readyModels] = await Promise.all([
    loadGuestFiles(files, limits.fileBytes),
    readModels(models),
  ]);
  return { files: guestFiles, models: readyModels };
}
