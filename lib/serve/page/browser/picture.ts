/* eslint-disable no-control-regex -- control characters identify binary files */

import { Refusal, size } from './words.js';

const JPEG_QUALITY = 0.92;

/** What is sent to the server. */
export interface Picture {
  file: Blob;
  /** Its media type, determined from its first bytes. */
  type: string;
  /** What was done to the file, if anything. */
  note?: string;
}

/**
 * The beginnings of the formats that the server's guest decodes, as Latin-1. Two letters can also
 * begin a text: for a BMP, the length of its header must be one of the known ones.
 */
const DECODED: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8/, 'image/jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'image/png'],
  [/^RIFF.{4}WEBP/s, 'image/webp'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^BM.{12}[\x0c\x10(48@l|]\0\0\0/s, 'image/bmp'],
];

/**
 * The file unchanged, if the server's guest decodes its format. Any other picture that the browser
 * can show, such as AVIF, is converted to a JPEG here.
 *
 * @throws {Refusal} If it is not a picture, or larger than `maxBytes`.
 */
export async function pictureOf(file: File, maxBytes: number): Promise<Picture> {
  if (file.size === 0) throw new Refusal('The file is empty.');
  const type = await typeOf(file);
  if (type !== undefined) {
    refuseLarge(file, maxBytes);
    return { file, type };
  }
  const jpeg = await converted(file);
  refuseLarge(jpeg, maxBytes);
  const kind = /^image\/(?:x-|vnd\.)?([\w-]+)/.exec(file.type)?.[1]?.toUpperCase();
  return {
    file: jpeg,
    type: 'image/jpeg',
    note: `${kind ?? 'Picture'}, converted to JPEG by your browser`,
  };
}

/** Determined from its first bytes, whatever its name is. */
async function typeOf(file: Blob): Promise<string | undefined> {
  let bytes: ArrayBuffer;
  try {
    bytes = await file.slice(0, 18).arrayBuffer();
  } catch {
    throw new Refusal('The file cannot be read. It may be a folder, or it no longer exists.');
  }
  const start = String.fromCharCode(...new Uint8Array(bytes));
  return DECODED.find(([pattern]) => pattern.test(start))?.[1];
}

function refuseLarge(file: Blob, maxBytes: number): void {
  if (file.size <= maxBytes) return;
  throw new Refusal(
    `The picture is too large: ${size(file.size)}. This server takes up to ${size(maxBytes)}.`,
  );
}

async function converted(file: Blob): Promise<Blob> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Refusal('Your browser cannot read this picture. Choose a JPEG, PNG or WebP.');
  }
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d');
  if (!context) throw new Refusal('The picture has too many pixels for your browser.');
  // A JPEG has no transparency: transparent parts would be black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const jpeg = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY);
  });
  if (!jpeg) throw new Refusal('The picture has too many pixels for your browser.');
  return jpeg;
}
