// What the peers have in common: they are installed separately, decode with sharp, and answer with
// the class that has the best score.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import type { Answer } from './workload.js';

export interface PeerSettings {
  /** The folder whose node_modules contains the peer. */
  folder: string;
  model: string;
  labels: string;
  /** Of the model's input. */
  width: number;
  height: number;
}

/** The part of sharp that is used. */
interface Sharp {
  (input: Uint8Array): SharpPicture;
  concurrency(threads: number): void;
  cache(enabled: boolean): void;
}
interface SharpPicture {
  resize(width: number, height: number, options: object): SharpPicture;
  removeAlpha(): SharpPicture;
  toColourspace(space: string): SharpPicture;
  raw(): SharpPicture;
  toBuffer(): Promise<Buffer>;
}

/** `require` as in a program in the peer's folder. */
export function requireIn({ folder }: PeerSettings): NodeJS.Require {
  return createRequire(path.join(folder, 'package.json'));
}

/**
 * A decoder from JPEG to the bytes of the model's input. One thread, no cache; bilinear, which is
 * sharp's fastest filter, after its own scaled decoding.
 */
export function decoder(settings: PeerSettings): (picture: Uint8Array) => Promise<Buffer> {
  const sharp = requireIn(settings)('sharp') as Sharp;
  sharp.concurrency(1);
  sharp.cache(false);
  const { width, height } = settings;
  return (picture) =>
    sharp(picture)
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
}

/** Decodes, infers, and returns the best class, with the time of each step. */
export function classifier(
  settings: PeerSettings,
  decode: (picture: Uint8Array) => Promise<Buffer>,
  infer: (pixels: Buffer) => ArrayLike<number> | Promise<ArrayLike<number>>,
): (picture: Uint8Array) => Promise<Answer> {
  const labels = readFileSync(settings.labels, 'utf8').split('\n');
  return async (picture) => {
    const begin = performance.now();
    const pixels = await decode(picture);
    const decoded = performance.now();
    const scores = await infer(pixels);
    const inferred = performance.now();
    return {
      label: labels[indexOfLargest(scores)] ?? '',
      partsMs: { decode: decoded - begin, inference: inferred - decoded },
    };
  };
}

function indexOfLargest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) {
    if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  }
  return best;
}
