import { realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { writeAtomically } from '../support/atomic-file.js';

/**
 * The file for each image's picture with boxes: `target`, or a file in that folder if there are
 * several images or it is a folder. Undefined without a target.
 *
 * @throws {Error} If a picture would replace an image, or the picture of another image.
 */
export async function annotationPlaces(
  images: readonly string[],
  target: string | undefined,
): Promise<Map<string, string> | undefined> {
  if (target === undefined) return undefined;
  const distinct = [...new Set(images)];
  const isFolder = distinct.length > 1 || /[/\\]$/.test(target) || (await isDirectory(target));
  const originals = new Set(await Promise.all(distinct.map(realPlace)));
  const places = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const image of distinct) {
    const name = `${path.parse(image).name}.jpg`;
    const place = isFolder ? path.join(target, name) : target;
    const real = await realPlace(place);
    if (originals.has(real)) {
      throw new Error(`${place} is one of the input pictures and would be overwritten.`);
    }
    const other = taken.get(real);
    if (other !== undefined) {
      throw new Error(
        `The annotated pictures of ${other} and ${image} would both be written to ${place}.`,
      );
    }
    taken.set(real, image);
    places.set(image, place);
  }
  return places;
}

/** Writes it completely, or not at all. */
export function writeAnnotation(place: string, jpeg: Uint8Array): Promise<void> {
  return writeAtomically(place, (temporary) => writeFile(temporary, jpeg));
}

async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Also for a file that does not exist yet. */
async function realPlace(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file));
}
