import { crc32, deflateSync } from 'node:zlib';

/**
 * Inputs of picture_fuzzer: small JPEGs (ITU-T T.81) of every kind that the decoders distinguish,
 * and some that announce more data than they contain; for the other formats, a few of each kind.
 */
export function pictureSeeds() {
  const scans = { baseline: [[0, 63]], refined: refinement() };
  return {
    'grey.jpg': jpeg({ sampling: ['11'], scans: scans.baseline }),
    'colour.jpg': jpeg({ sampling: ['11', '11', '11'], scans: scans.baseline }),
    'subsampled.jpg': jpeg({ sampling: ['22', '11', '11'], scans: scans.baseline }),
    'narrow.jpg': jpeg({ sampling: ['41', '11', '11'], scans: scans.baseline }),
    'ink.jpg': jpeg({ sampling: ['11', '11', '11', '11'], scans: scans.baseline }),
    'apart.jpg': jpeg({ sampling: ['22', '11', '11'], scans: scans.baseline, interleaved: false }),
    'restarts.jpg': jpeg({ sampling: ['11'], scans: scans.baseline, restartInterval: 2 }),
    'progressive-grey.jpg': jpeg({ sampling: ['11'], scans: scans.refined }),
    'progressive.jpg': jpeg({ sampling: ['21', '11', '11'], scans: scans.refined }),
    'progressive-ink.jpg': jpeg({ sampling: ['11', '11', '11', '11'], scans: scans.refined }),
    'progressive-restarts.jpg': jpeg({
      sampling: ['11'],
      scans: scans.refined,
      restartInterval: 3,
    }),
    'turned.jpg': jpeg({ sampling: ['11'], scans: scans.baseline, orientation: 6 }),
    'tall.jpg': jpeg({ sampling: ['11'], scans: scans.refined, height: 4000, data: 0 }),
    'many-scans.jpg': jpeg({ sampling: ['11'], scans: Array(300).fill([1, 63]), data: 0 }),
    'many-repeated.jpg': jpeg({ sampling: ['11'], scans: Array(300).fill([0, 63]), data: 0 }),
    // Zero bits mean a coefficient of one bit.
    'made-up.jpg': jpeg({
      sampling: ['14'],
      scans: scans.refined,
      height: 4000,
      data: 0,
      symbol: 1,
    }),
    ...otherSeeds(),
  };
}

/** WebPs of 8 x 8 pixels: lossless of one colour, lossy, lossy with opacity, and two frames of these. */
const WEBPS = {
  lossless: 'UklGRhwAAABXRUJQVlA4TA8AAAAvB8ABAAcQ9Y/+ByKi/wEA',
  few: 'UklGRioAAABXRUJQVlA4TB4AAAAvB8ABABdwj6VJG635D48AQbbNJSt5zkFE9D8XeAA=',
  many: 'UklGRjQAAABXRUJQVlA4TCgAAAAvB8ABELkyRPQ/dhHR/wBhtlFJzh90ryMYj9ESCKSwXZ4A5HXCAH0H',
  lossy:
    'UklGRkYAAABXRUJQVlA4IDoAAAAQAgCdASoIAAgAAoBCJbACdLoAArl9W8wAAP729HPkFsXkJZQHUVoRG+mZ9u0j/wYy7pPrRgvDwAAA',
  opacity:
    'UklGRoAAAABXRUJQVlA4WAoAAAAQAAAABwAABwAAQUxQSB4AAAABPyAQSILZn3KIiEgdhNlGCmMZy1jO/3sGEf0PbB9WUDggPAAAAPABAJ0BKggACAACgEIlsAJ0ugACuXz3MAD+8ZZncvk4nj61mNMScQaYVwZ3j5zH4O/+cT3jCd1qX3NgAA==',
  animated:
    'UklGRjYBAABXRUJQVlA4WAoAAAASAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GbAAAAAAAAAAAAAcAAAcAAAAAAAJWUDggVAAAAFABAJ0BKggACAACwEwlsAAGBoAA/twP+Zf/tf//l/n83+Fv//Luf/wXnqH08K3iXfvLIN+1DurB42rhBfiyX9TbtfA9HDMJ/7Urv3h8o/g/KuAAAEFOTUaWAAAAAAAAAAAABwAABwAAAAAAAkFMUEgZAAAAAT8wJBER/iDMNlIYy1iOZf7fM4jof+C6AgBWUDggXAAAAFABAJ0BKggACAACwEwlsAAFjAAA/t3d+nf/0g//lVP3z6gsf/ymYsBk/tsh78IcfNHcG7q7BqHKplx68u+sC1GfTUSpPuJKvByafmL67UH9emP8Z+XXqGu+AAAA',
  animatedLossless:
    'UklGRhYBAABXRUJQVlA4WAoAAAASAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GcAAAAAAAAAAAAAcAAAcAAAAAAAJWUDhMWAAAAC8HwAEQv0GQbTOSItyf8QTjMVpD0oYOAAAA6xsAGEiSZDh6tm3bvo7of4AQjKAYDpCiGZbjCUqyomq6QMt2XM83GMVJmuUBq7ppu77gNC/rtg+87uf9/gNBTk1GcgAAAAAAAAAAAAcAAAcAAAAAAABWUDhMWgAAAC8HwAEA/0GQbTOSItzf8QLjMVrz34YMAAAAywsAGAQAQDSabdu2jYj+B0AIRlAMB0iKZliOJ0RJVlRNF0zLdlzPN8IoTtIsD8qqbtquL8ZpXtZtH87rft7vPw==',
};

function otherSeeds() {
  const seeds = {};
  for (const [name, type, depth, channels] of [
    ['grey', 0, 1, 1],
    ['deep-grey', 0, 16, 1],
    ['colour', 2, 8, 3],
    ['palette', 3, 4, 1],
    ['grey-opacity', 4, 8, 2],
    ['opacity', 6, 8, 4],
  ]) {
    seeds[`${name}.png`] = png({ type, depth, channels });
    seeds[`${name}-interlaced.png`] = png({ type, depth, channels, interlaced: true });
  }
  for (const [name, base64] of Object.entries(WEBPS)) {
    seeds[`${name}.webp`] = Buffer.from(base64, 'base64');
  }
  const gif = '01000100800000fe0000ffffff2c00000000010001000002024401003b';
  seeds['one.gif'] = Buffer.concat([Buffer.from('GIF89a'), Buffer.from(gif, 'hex')]);
  for (const [bits, compression] of [
    [1, 0],
    [4, 0],
    [8, 0],
    [16, 0],
    [24, 0],
    [32, 0],
    [8, 1],
    [4, 2],
    [16, 3],
    [32, 3],
  ]) {
    seeds[`${bits}-${compression}.bmp`] = bmp(bits, compression);
  }
  return seeds;
}

function png({ type, depth, channels, interlaced = false }) {
  const chunk = (name, data) => {
    const content = Buffer.concat([Buffer.from(name), data]);
    const words = Buffer.alloc(8);
    words.writeUInt32BE(data.length, 0);
    words.writeUInt32BE(crc32(content), 4);
    return Buffer.concat([words.subarray(0, 4), content, words.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 9, 0, 0, 0, 9, depth, type, 0, 0, interlaced ? 1 : 0]);
  // Adam7's passes have more rows; excess data are not read.
  const raw = Buffer.alloc(9 * (2 + Math.ceil((9 * depth * channels) / 8)) * 2, 0b0101_0011);
  for (let at = 0; at < raw.length; at += 1 + Math.ceil((9 * depth * channels) / 8)) raw[at] = 2;
  return Buffer.concat([
    Buffer.from([0x89, ...Buffer.from('PNG\r\n'), 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(type === 3
      ? [chunk('PLTE', Buffer.alloc(48, 0x7c)), chunk('tRNS', Buffer.from([0, 128]))]
      : []),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function bmp(bits, compression) {
  const head = Buffer.alloc(14 + 40);
  head.write('BM');
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(9, 18);
  head.writeInt32LE(compression === 0 ? -9 : 9, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  const masks =
    compression === 3 ? Buffer.from('00f80000e00700001f000000', 'hex') : Buffer.alloc(0);
  const palette = Buffer.alloc(bits <= 8 ? 4 << bits : 0, 0x35);
  head.writeUInt32LE(head.length + masks.length + palette.length, 10);
  // Runs of five, and three different values.
  const runs = Buffer.from('0512000301020300'.repeat(9) + '0001', 'hex');
  const rows = Buffer.alloc(9 * 4 * Math.ceil((9 * bits) / 32), 0xa7);
  return Buffer.concat([
    head,
    masks,
    palette,
    compression === 1 || compression === 2 ? runs : rows,
  ]);
}

/** The first bits of all coefficients, then one more of each, as `[first, last, high, low]`. */
function refinement() {
  const bits = [1, 0];
  return [
    [0, 0, 0, 1],
    [1, 5, 0, 2],
    [6, 63, 0, 2],
    ...bits.map((low) => [1, 63, low + 1, low]),
    [0, 0, 1, 0],
  ];
}

/**
 * @param {object} options
 * @param {string[]} options.sampling of each component, as the frame header has it in hexadecimal
 * @param {number[][]} options.scans
 * @param {boolean} [options.interleaved]
 * @param {number} [options.height]
 * @param {number} [options.data] bytes of each scan's entropy-coded data
 * @param {number} [options.symbol] the first of each code for AC coefficients, whose bit is 0
 * @param {number} [options.restartInterval]
 * @param {number} [options.orientation]
 */
function jpeg({
  sampling,
  scans,
  interleaved = true,
  height = 24,
  data = 40,
  symbol = 0,
  ...options
}) {
  const { restartInterval = 0, orientation } = options;
  const progressive = scans.some(([, last]) => last !== 63) || scans.length > 1;
  const components = sampling.map((_, index) => index + 1);
  const parts = [[0xff, 0xd8]];
  if (orientation !== undefined) {
    const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation];
    parts.push(segment(0xe1, [...Buffer.from('Exif\0\0'), ...tiff, 0, 0, 0, 0, 0, 0]));
  }
  parts.push(segment(0xdb, [0, ...Array(64).fill(8)]));
  const each = sampling.flatMap((byte, index) => [index + 1, Number(`0x${byte}`), 0]);
  parts.push(
    segment(progressive ? 0xc2 : 0xc0, [8, ...word(height), 0, 32, components.length, ...each]),
    // Codes of 1 to 5 bits: sizes of means; ends, ones and twos, and runs.
    segment(0xc4, [0, 1, 1, 1, 1, ...Array(12).fill(0), 0, 1, 2, 3]),
    segment(0xc4, [0x10, 1, 1, 1, 1, 1, ...Array(11).fill(0), symbol, 0x02, 0x11, 0xf0, 0x20]),
  );
  if (restartInterval > 0) parts.push(segment(0xdd, word(restartInterval)));
  for (const [first, last, high = 0, low = 0] of scans) {
    const together = interleaved && (first === 0 || components.length === 1);
    for (const names of together ? [components] : components.map((name) => [name])) {
      const selectors = names.flatMap((name) => [name, 0]);
      const bits = [first, last, (high << 4) | low];
      parts.push(segment(0xda, [names.length, ...selectors, ...bits]));
      parts.push(entropyCoded(data, restartInterval));
    }
  }
  return Buffer.from([...parts.flat(), 0xff, 0xd9]);
}

/** Bits that look random but are reproducible, then zeros, which are blocks of one colour. */
function entropyCoded(length, restartInterval) {
  const bytes = [];
  for (let index = 0; index < length; index++) {
    bytes.push(index < length / 2 ? (index * index * 7 + index * 13) % 251 : 0);
    if (restartInterval > 0 && index % 4 === 3) bytes.push(0xff, 0xd0 + ((index >> 2) % 8));
  }
  return bytes;
}

function segment(marker, content) {
  return [0xff, marker, ...word(content.length + 2), ...content];
}

function word(value) {
  return [value >> 8, value & 0xff];
}
