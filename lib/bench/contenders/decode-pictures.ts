import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A JPEG to decode. */
export interface DecodePicture {
  file: string;
  /** Its size and kind, for the report. */
  name: string;
}

const SIZES = [
  [640, 480],
  [1280, 720],
  [4000, 3000],
  [8000, 6000],
] as const;
const COLOURS = ['4:2:0', '4:4:4', 'grey'] as const;
const MODES = ['baseline', 'progressive'] as const;
const QUALITY = 85;

/** The part of sharp that creates them. */
interface Sharp {
  (input: Buffer | { create: object }): Sharp;
  resize(width: number, height: number, options: object): Sharp;
  composite(images: { input: Buffer; tile: boolean }[]): Sharp;
  greyscale(): Sharp;
  png(options: object): Sharp;
  jpeg(options: object): Sharp;
  toBuffer(): Promise<Buffer>;
}

/**
 * JPEGs of every size and kind, created from one photograph by the sharp in `folder`, and kept
 * there. Beyond its own size the photograph is repeated: enlarging it would produce only smooth
 * blocks.
 */
export async function decodePictures(folder: string, photograph: string): Promise<DecodePicture[]> {
  const sharp = createRequire(path.join(folder, 'package.json'))('sharp') as Sharp;
  const source = readFileSync(photograph);
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 16);
  const pictures = path.join(folder, 'pictures', digest);
  mkdirSync(pictures, { recursive: true });
  const made: DecodePicture[] = [];
  for (const [width, height] of SIZES) {
    let pixels: Buffer | undefined;
    for (const mode of MODES) {
      for (const colours of COLOURS) {
        const name = `${width} × ${height}, ${colours}, ${mode}`;
        const file = path.join(
          pictures,
          `${width}x${height}-${colours.replaceAll(':', '')}-${mode}.jpg`,
        );
        made.push({ file, name });
        if (existsSync(file)) continue;
        pixels ??= await pixelsOf(sharp, source, width, height);
        const picture = colours === 'grey' ? sharp(pixels).greyscale() : sharp(pixels);
        const jpeg = await picture
          .jpeg({
            quality: QUALITY,
            progressive: mode === 'progressive',
            chromaSubsampling: colours === '4:4:4' ? colours : '4:2:0',
          })
          .toBuffer();
        writeFileSync(`${file}.part`, jpeg);
        renameSync(`${file}.part`, file);
      }
    }
  }
  return made;
}

async function pixelsOf(
  sharp: Sharp,
  source: Buffer,
  width: number,
  height: number,
): Promise<Buffer> {
  const tile = await sharp(source)
    .resize(Math.min(width, 1280), Math.min(height, 960), { fit: 'cover' })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([{ input: tile, tile: true }])
    .png({ compressionLevel: 0 })
    .toBuffer();
}
