/**
 * JPEG files of a few bytes that require much work or memory: their scans contain little or no
 * data, so that decoders invent the rest.
 */

const SOI = Buffer.of(0xff, 0xd8);
const EOI = Buffer.of(0xff, 0xd9);
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;

export function segment(marker: number, content: readonly number[] = []): Buffer {
  const length = content.length + 2;
  return Buffer.of(0xff, marker, length >> 8, length & 0xff, ...content);
}

/**
 * A Huffman code with the bit 0 as its only code; `kind` is the class and the number of the table.
 */
function code(kind: number, symbol: number): Buffer {
  return segment(0xc4, [kind, 1, ...Array<number>(15).fill(0), symbol]);
}

function frame(marker: number, width: number, height: number, components: number): Buffer {
  const sides = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  const each = Array.from({ length: components }, (_, index) => [index + 1, 0x11, 0]);
  return segment(marker, [8, ...sides, components, ...each.flat()]);
}

function scan(components: readonly number[], first: number, last: number, bits = 0): Buffer {
  const selectors = components.flatMap((name) => [name, 0]);
  return segment(0xda, [components.length, ...selectors, first, last, bits]);
}

/** @param acSymbol The meaning of the bit 0 for coefficients: by default the end of the block */
function tables(acSymbol = 0): Buffer {
  const steps = segment(0xdb, [0, ...Array<number>(64).fill(1)]);
  return Buffer.concat([steps, code(0x00, 0), code(0x10, acSymbol)]);
}

function file(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([SOI, ...parts, EOI]);
}

const times = (count: number, part: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => part));

const MEANS = scan([1], 0, 0);
const REST = scan([1], 1, 63);
const WHOLE = scan([1], 0, 63);

/** A progressive picture with `count` empty scans. */
export function emptyScans(width: number, height: number, count: number): Buffer {
  const scans = times(count, REST);
  return file(frame(PROGRESSIVE, width, height, 1), tables(), MEANS, scans);
}

/** What an attacker would send, and the expected message. */
export const COSTLY: readonly (readonly [what: string, picture: Buffer, told: RegExp])[] = [
  ['2,000 empty scans over 50 megapixels', emptyScans(7071, 7071, 2000), /too few/],
  [
    '500 repeated scans over 50 megapixels',
    file(frame(BASELINE, 7071, 7071, 1), tables(), times(500, WHOLE)),
    /too few/,
  ],
  [
    '3,000 empty scans over three components',
    file(
      frame(PROGRESSIVE, 7071, 7071, 3),
      tables(),
      scan([1, 2, 3], 0, 0),
      times(1000, Buffer.concat([1, 2, 3].map((name) => scan([name], 1, 63)))),
    ),
    /too few/,
  ],
  ['10,000 empty scans', emptyScans(7071, 7071, 10_000), /too much work/],
  ['50,000 scans over one megapixel', emptyScans(1000, 1000, 50_000), /too much work/],
  [
    'as many repeated scans over a megapixel',
    file(frame(BASELINE, 1000, 1000, 1), tables(), times(50_000, WHOLE)),
    /too much work/,
  ],
  [
    'scans in the room that a comment makes',
    file(
      frame(PROGRESSIVE, 7071, 7071, 1),
      tables(),
      times(2, segment(0xfe, Array<number>(60_000).fill(0))),
      MEANS,
      times(2000, REST),
    ),
    /too much work/,
  ],
  [
    'refinements of 4 megapixels, again and again',
    file(frame(PROGRESSIVE, 2048, 2048, 1), tables(), MEANS, times(100, scan([1], 1, 63, 0x10))),
    /too much work/,
  ],
  [
    'coefficients out of nothing',
    file(frame(PROGRESSIVE, 2048, 2048, 1), tables(0x0a), MEANS, REST),
    /damaged/,
  ],
  ...[0x2000, 0].map((interval): readonly [string, Buffer, RegExp] => [
    `coefficients out of restart markers, at an interval of ${interval}`,
    file(
      frame(PROGRESSIVE, 2048, 2048, 1),
      tables(0x0a),
      segment(0xdd, [interval >> 8, interval & 0xff]),
      scan([1], 1, 63),
      Buffer.from(Array.from({ length: 8 }, (_, index) => [0xff, 0xd0 + index]).flat()),
    ),
    /damaged/,
  ]),
  [
    '20,000 empty tables',
    file(frame(PROGRESSIVE, 8, 8, 1), tables(), times(20_000, segment(0xc4)), MEANS),
    /too much work/,
  ],
  [
    'the same before the frame',
    file(times(20_000, segment(0xc4)), frame(PROGRESSIVE, 8, 8, 1), tables(), MEANS),
    /too much work/,
  ],
  [
    '20,000 comments',
    file(frame(PROGRESSIVE, 8, 8, 1), tables(), times(20_000, segment(0xfe)), MEANS),
    /too much work/,
  ],
  ['20,000 scans of a single block', emptyScans(8, 8, 20_000), /too much work/],
  [
    'the coefficients of 50 megapixels of ink',
    file(frame(PROGRESSIVE, 65_535, 762, 4), tables(), scan([1, 2, 3, 4], 0, 0)),
    /too few/,
  ],
  [
    'the same in half a megabyte',
    file(
      frame(PROGRESSIVE, 65_535, 762, 4),
      tables(),
      times(8, segment(0xfe, Array<number>(60_000).fill(0))),
      scan([1, 2, 3, 4], 0, 0),
    ),
    /\d+ bytes of memory/,
  ],
  [
    'a panorama of 32 megapixels at its full size',
    file(frame(BASELINE, 65_535, 500, 4), tables(), scan([1, 2, 3, 4], 0, 63)),
    /too few/,
  ],
  [
    'a code that makes ones of data without an end',
    file(
      frame(PROGRESSIVE, 2048, 2048, 1),
      tables(),
      segment(0xc4, [0x10, 2, ...Array<number>(15).fill(0), 0x0a, 0x0a]),
      MEANS,
      REST,
    ),
    /Huffman tables has a code that consists only of ones/,
  ],
];
