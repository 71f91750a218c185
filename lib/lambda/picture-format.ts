/* eslint-disable no-control-regex -- control characters identify binary files */

/** The formats that the guests decode, as messages list them. */
export const FORMATS = 'JPEG, PNG, WebP, GIF or BMP';

/** Number of bytes that {@link isPicture} and {@link resemblance} need. */
export const START_LENGTH = 1024;

/**
 * Beginnings of supported pictures, as Latin-1. Two letters can also begin a text: for a BMP, the
 * length of its header must be one of the known ones.
 */
const PICTURES =
  /^(?:\xff\xd8|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|BM.{12}[\x0c\x10(48@l|]\0\0\0)/s;

/** Beginnings of other formats, and their names. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftypavi/s, 'an AVIF picture'],
  [/^.{4}ftyp(?:he|mif1|msf1)/s, 'a HEIC picture'],
  [/^.{4}ftypcrx/s, 'a raw photograph (CR3)'],
  [/^(?:\xff\n|\0\0\0\x0cJXL |.{4}ftypjx)/s, 'a JPEG XL picture'],
  [/^(?:\xff\x4f\xff\x51|\0\0\0\x0cjP|.{4}ftypjp2)/s, 'a JPEG 2000 picture'],
  [/^(?:.{4}ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI)/s, 'a video'],
  [/^RIFF.{4}WAVE/s, 'a sound'],
  [/^(?:II[*+]\0|MM\0[*+])/, 'a TIFF picture'],
  [/^\0\0\x01\0/, 'an icon'],
  [/^8BPS/, 'a Photoshop document'],
  [/^%PDF/, 'a PDF'],
  [/^PK\x03\x04/, 'a ZIP archive'],
  [/^\x1f\x8b/, 'a gzip archive'],
  [/^\0asm/, 'a WebAssembly module'],
  [/^\x7fELF/, 'a program'],
];

/** Like {@link OTHERS}, for text without leading white space. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^<(?:svg|!doctype svg)/i, 'an SVG drawing'],
  [/^<(?:html|head|body|!doctype html)/i, 'an HTML page'],
  [/^(?:<\?xml|<!--).*<svg/is, 'an SVG drawing'],
  [/^(?:<\?xml|<!--).*<html/is, 'an HTML page'],
  [/^(?:<\?xml|<!--)/i, 'XML'],
  [/^[{[]/, 'JSON'],
  [/^(?:\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)[\w+/=\r\n-]*$/, 'base64 text'],
  [/^[\w+/=\r\n-]{64,}$/, 'base64 text'],
];

/** Whether a file with this beginning is a picture in one of the {@link FORMATS}. */
export function isPicture(file: Uint8Array): boolean {
  return PICTURES.test(startOfBytes(file, 18));
}

/** What an unsupported file is, with an article; undefined if that is not known. */
export function resemblance(file: string | Uint8Array): string | undefined {
  const start =
    typeof file === 'string' ? file.slice(0, START_LENGTH) : startOfBytes(file, START_LENGTH);
  const text = start.replace(/^\xef\xbb\xbf/, '').trimStart();
  return (OTHERS.find(([pattern]) => pattern.test(start)) ??
    TEXTS.find(([pattern]) => pattern.test(text)))?.[1];
}

function startOfBytes(file: Uint8Array, length: number): string {
  return Buffer.from(file.buffer, file.byteOffset, Math.min(length, file.length)).toString(
    'latin1',
  );
}
