import { crc32, deflateSync } from 'node:zlib';

/** The meaning of a pixel's samples: the colour types of PNG. */
const PNG_COLOUR = { grey: 0, rgb: 2, greyAlpha: 4, rgba: 6 } as const;

/** A PNG file (W3C PNG, second edition) with 8 or 16 bits per sample, without filters. */
export function png(
  colour: keyof typeof PNG_COLOUR,
  rows: readonly (readonly (readonly number[])[])[],
  depth: 8 | 16 = 8,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(rows[0]?.length ?? 0, 0);
  header.writeUInt32BE(rows.length, 4);
  header[8] = depth;
  header[9] = PNG_COLOUR[colour];
  const samples = rows.flatMap((row) => [
    0,
    ...row.flat().flatMap((sample) => (depth === 16 ? [sample >> 8, sample & 0xff] : [sample])),
  ]);
  return Buffer.concat([
    Buffer.from([0x89, ...Buffer.from('PNG\r\n'), 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(samples))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type), data]);
  const words = Buffer.alloc(8);
  words.writeUInt32BE(data.length, 0);
  words.writeUInt32BE(crc32(content), 4);
  return Buffer.concat([words.subarray(0, 4), content, words.subarray(4)]);
}
