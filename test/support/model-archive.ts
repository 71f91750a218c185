import { createHash } from 'node:crypto';

import { strToU8, zipSync } from 'fflate';

import { MOBILENET, MOBILENET_LABELS } from './internals.js';
import { constantModel } from './tflite-models.js';

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * A model that labels every picture as a dog, in an archive of the same form as the official one.
 */
export const MODEL = constantModel({ type: 'uint8', size: [4, 4, 3] }, [3, 240, 12]);
export const LABELS = 'cat\ndog\ncow\n';

export const ARCHIVE = Buffer.from(
  zipSync({
    'mobilenet_v1_1.0_224_quant.tflite': Uint8Array.from(MODEL),
    [MOBILENET_LABELS]: strToU8(LABELS),
    '__MACOSX/._labels': strToU8('what such archives hold besides'),
  }),
);
export const ARCHIVE_SHA256 = sha256(ARCHIVE);

/** An archive without the labels. */
export const HALF_ARCHIVE = Buffer.from(zipSync({ [MOBILENET]: Uint8Array.from(MODEL) }));
