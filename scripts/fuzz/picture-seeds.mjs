/**
 * Inputs of picture_fuzzer: small JPEGs (ITU-T T.81) of every kind that the decoders tell apart, and some that ask
 * for more than they bring.
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
    // The bits 0 mean a coefficient of one bit.
    'made-up.jpg': jpeg({
      sampling: ['14'],
      scans: scans.refined,
      height: 4000,
      data: 0,
      symbol: 1,
    }),
  };
}

/** First bits of all coefficients, then one more of each, as `[first, last, high, low]`. */
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

/** Bits that look random, the same each time, then zeros, which are blocks of one colour. */
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
