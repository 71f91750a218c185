/**
 * Writes small JPEG files (ITU-T T.81) whose pixels are known exactly: every block of 8 × 8 pixels
 * has a single colour, so that each block is only its mean (DC) coefficient. With a quantization
 * step of 8, that coefficient is the sample minus 128.
 */

/** The samples of one block, one for each component, 0 to 255. */
export type Colour = readonly number[];

export interface JpegOptions {
  /** Pixels; need not be multiples of 8. */
  width: number;
  height: number;
  /**
   * The colour of the block in this column and row; all have the same number of components: 1, 3 or
   * 4.
   */
  block: (column: number, row: number) => Colour;
  /**
   * The colour space. By default, one component is grey and three are YCbCr. `rgb` is identified by
   * the components' names, `cmyk` and `ycck` by Adobe's marker, with which ink is stored inverted
   * (255 is none); the colours of `ycck` are converted as if they were YCbCr, then interpreted as
   * the complement of that ink.
   */
  colours?: 'rgb' | 'cmyk' | 'ycck';
  /**
   * Progressive instead of baseline: a scan of mean values, then one scan per component of the
   * rest.
   */
  progressive?: boolean;
  /** Exif orientation, 1 to 8 (or a wrong number). */
  orientation?: number;
  /** The number of blocks between restart markers. */
  restartInterval?: number;
}

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];
const RGB_NAMES = [...Buffer.from('RGB')];

/** A JPEG file. */
export function jpeg(options: JpegOptions): Buffer {
  const components = options.block(0, 0).length;
  const order = Array.from({ length: components }, (_, index) => index);
  const scans = options.progressive
    ? [
        ...scan(options, order, { first: 0, last: 0 }),
        ...order.flatMap((index) => scan(options, [index], { first: 1, last: 63 })),
      ]
    : scan(options, order, { first: 0, last: 63 });
  return Buffer.from([
    ...SOI,
    ...exif(options.orientation),
    ...adobe(options.colours),
    ...segment(0xdb, [0, ...Array<number>(64).fill(8)]),
    ...frame(options, components),
    // Mean values: the categories 0 to 8, with 4 bits each. The rest: the end of the block, with 1
    // bit.
    ...segment(0xc4, [0x00, ...lengths({ 4: 9 }), 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ...segment(0xc4, [0x10, ...lengths({ 1: 1 }), 0x00]),
    ...(options.restartInterval ? segment(0xdd, word(options.restartInterval)) : []),
    ...scans,
    ...EOI,
  ]);
}

/** A JPEG with a single colour. */
export function plainJpeg(width: number, height: number, ...colour: number[]): Buffer {
  return jpeg({ width, height, block: () => colour });
}

const word = (value: number): number[] => [value >> 8, value & 0xff];

function segment(marker: number, content: readonly number[]): number[] {
  return [0xff, marker, ...word(content.length + 2), ...content];
}

/** The number of codes of each length from 1 to 16 in a Huffman table. */
function lengths(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 16 }, (_, index) => counts[index + 1] ?? 0);
}

/** A component's name: its number, starting at 1, or its letter. */
function nameOf(index: number, colours: JpegOptions['colours']): number {
  return (colours === 'rgb' ? RGB_NAMES[index] : undefined) ?? index + 1;
}

function frame({ width, height, colours, progressive }: JpegOptions, components: number): number[] {
  const each = Array.from({ length: components }, (_, index) => [nameOf(index, colours), 0x11, 0]);
  return segment(progressive ? 0xc2 : 0xc0, [
    8,
    ...word(height),
    ...word(width),
    components,
    ...each.flat(),
  ]);
}

/** TIFF with one entry: tag 0x112, one SHORT. */
function exif(orientation: number | undefined): number[] {
  if (orientation === undefined) return [];
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0];
  return segment(0xe1, [...Buffer.from('Exif\0\0'), ...tiff, orientation, 0, 0, 0, 0, 0, 0, 0]);
}

function adobe(colours: JpegOptions['colours']): number[] {
  if (colours === undefined || colours === 'rgb') return [];
  return segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, colours === 'ycck' ? 2 : 0]);
}

/** A scan of these components, for the coefficients `first` to `last` of each block. */
function scan(
  { width, height, block, colours, restartInterval }: JpegOptions,
  components: readonly number[],
  { first, last }: { first: number; last: number },
): number[] {
  const header = segment(0xda, [
    components.length,
    ...components.flatMap((index) => [nameOf(index, colours), 0x00]),
    first,
    last,
    0,
  ]);
  const bits = new BitWriter();
  let previous = components.map(() => 0);
  let count = 0;
  for (let row = 0; row < Math.ceil(height / 8); row++) {
    for (let column = 0; column < Math.ceil(width / 8); column++) {
      if (restartInterval && count > 0 && count % restartInterval === 0) {
        bits.restart((count / restartInterval - 1) % 8);
        previous = components.map(() => 0);
      }
      const colour = block(column, row);
      components.forEach((component, place) => {
        if (first === 0) {
          const mean = colour[component]! - 128;
          writeDifference(bits, mean - previous[place]!);
          previous[place] = mean;
        }
        if (last > 0) bits.write(0, 1);
      });
      count++;
    }
  }
  return [...header, ...bits.finish()];
}

/**
 * Its category in 4 bits, then that many bits: for negative values, those of the value minus one.
 */
function writeDifference(bits: BitWriter, difference: number): void {
  const category = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
  bits.write(category, 4);
  bits.write(difference < 0 ? difference - 1 + 2 ** category : difference, category);
}

class BitWriter {
  readonly #bytes: number[] = [];
  #pending = 0;
  #count = 0;

  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#pending = (this.#pending << 1) | ((value >> bit) & 1);
      if (++this.#count === 8) this.#flush();
    }
  }

  restart(number: number): void {
    this.#pad();
    this.#bytes.push(0xff, 0xd0 + number);
  }

  finish(): readonly number[] {
    this.#pad();
    return this.#bytes;
  }

  #pad(): void {
    while (this.#count > 0) this.write(1, 1);
  }

  #flush(): void {
    this.#bytes.push(this.#pending);
    // A zero after 0xFF means that it is not a marker.
    if (this.#pending === 0xff) this.#bytes.push(0);
    this.#pending = 0;
    this.#count = 0;
  }
}
