import { Refusal, size } from './words.js';

const JPEG_QUALITY = 0.92;

/** What is sent to the server. */
export interface Picture {
  jpeg: Blob;
  /** What was done to the file, if anything. */
  note?: string;
}

/**
 * The JPEG of a file. Any other picture that the browser can show becomes one here, such as what is
 * pasted, which is always a PNG: the server's guest decodes JPEGs alone.
 *
 * @throws {Refusal} For what is no picture, and for what is larger than `maxBytes`.
 */
export async function pictureOf(file: File, maxBytes: number): Promise<Picture> {
  if (file.size === 0) throw new Refusal('The file is empty.');
  if (await isJpeg(file)) {
    refuseLarge(file, maxBytes);
    return { jpeg: file };
  }
  const jpeg = await converted(file);
  refuseLarge(jpeg, maxBytes);
  const kind = /^image\/(?:x-|vnd\.)?([\w-]+)/.exec(file.type)?.[1]?.toUpperCase();
  return { jpeg, note: `${kind ?? 'Picture'}, made a JPEG by your browser` };
}

/** By its first two bytes, whatever it is called. */
async function isJpeg(file: Blob): Promise<boolean> {
  let start: ArrayBuffer;
  try {
    start = await file.slice(0, 2).arrayBuffer();
  } catch {
    throw new Refusal('The file cannot be read. A folder, perhaps, or it is gone by now.');
  }
  const [first, second] = new Uint8Array(start);
  return first === 0xff && second === 0xd8;
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
    throw new Refusal('This is no picture that your browser can read. Choose a JPEG, PNG or WebP.');
  }
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d');
  if (!context) throw new Refusal('The picture has too many pixels for your browser.');
  // A JPEG knows no transparency: what shows through would be black.
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
