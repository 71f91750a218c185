import assert from 'node:assert/strict';

import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { GuestPage, IMAGE, MEMORY_END, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { HOSTILE_LENGTHS, HOSTILE_POINTERS, isOutside } from './support/hostile.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import { png } from './support/png.js';
import { random } from './support/random.js';

const WITH_IMAGE: LoadOptions = { hostModules: ['wasmedge_image'] };

/** A picture in the guest's memory, and room for the result. */
class Place {
  readonly page = new GuestPage();
  readonly image: number;
  readonly buffer: number;

  constructor(
    readonly file: Buffer,
    readonly resultSize: number,
  ) {
    this.image = this.page.put(file);
    this.buffer = this.page.room(resultSize);
  }

  load(name: 'load_jpg' | 'load_png', width: number, height: number, elements = 0): HostCall {
    const { image, file, buffer, resultSize } = this;
    return [name, image, file.length, width, height, elements, buffer, resultSize];
  }

  legacy(form: string, width: number, height: number): HostCall {
    return [
      `wasmedge_image_load_${form}`,
      this.image,
      this.file.length,
      width,
      height,
      this.buffer,
    ];
  }

  result(memory: Buffer): Buffer {
    return memory.subarray(this.buffer, this.buffer + this.resultSize);
  }
}

/** The pixels that one call returns. */
async function pixels(place: Place, call: HostCall): Promise<number[]> {
  return withHostCalls(IMAGE, WITH_IMAGE, async (run) => {
    const { errnos, memory } = await run(place.page, [call]);
    assert.deepEqual(errnos, [0]);
    return [...place.result(memory)];
  });
}

const BLOCKS = jpeg({
  width: 16,
  height: 8,
  block: (column) => (column === 0 ? [248, 0, 8] : [0, 240, 136]),
  colours: 'rgb',
});

describe('wasmedge_image', () => {
  it('is not there unless it is asked for, and the error says how', async () => {
    const use = (options: LoadOptions): Promise<unknown> =>
      withHostCalls(IMAGE, options, () => Promise.resolve());
    const { message } = await fails('ERR_LINK', use({}));
    assert.match(message, /wasmedge_image\.load_jpg/);
    assert.match(message, /\(10\)/);
    assert.match(message, /outside the sandbox, with the option hostModules: \['wasmedge_image'\]/);
    await fails('ERR_LINK', use({ hostModules: [] }));
    await use(WITH_IMAGE);
  });

  it('still refuses what it does not have', async () => {
    const host = { module: 'wasmedge_image', functions: { load_gif: 1 } };
    const { message } = await fails(
      'ERR_LINK',
      withHostCalls(host, WITH_IMAGE, () => Promise.resolve()),
    );
    assert.match(message, /load_gif/);
    assert.doesNotMatch(message, /hostModules/);
  });

  it('decodes every kind of JPEG', async () => {
    const kinds: [string, Buffer, number[]][] = [
      ['RGB', BLOCKS, [248, 0, 8, 0, 240, 136]],
      ['grey', plainJpeg(9, 7, 72), [72, 72, 72, 72, 72, 72]],
      ['YCbCr', plainJpeg(8, 8, 72, 128, 128), [72, 72, 72, 72, 72, 72]],
      [
        'progressive',
        jpeg({ width: 16, height: 8, block: () => [96, 128, 128], progressive: true }),
        [96, 96, 96, 96, 96, 96],
      ],
      [
        'CMYK',
        jpeg({ width: 8, height: 8, block: () => [200, 104, 56, 128], colours: 'cmyk' }),
        [100, 52, 28, 100, 52, 28],
      ],
      [
        'YCCK',
        jpeg({ width: 8, height: 8, block: () => [200, 128, 128, 255], colours: 'ycck' }),
        [55, 55, 55, 55, 55, 55],
      ],
    ];
    for (const [kind, file, expected] of kinds) {
      const place = new Place(file, 6);
      assert.deepEqual(await pixels(place, place.load('load_jpg', 2, 1)), expected, kind);
    }
  });

  it('decodes every kind of PNG', async () => {
    const kinds: [string, Buffer, number[]][] = [
      ['RGB', png('rgb', [[[1, 2, 3], [4, 5, 6]]]), [1, 2, 3, 4, 5, 6]], // prettier-ignore
      ['grey', png('grey', [[[7], [255]]]), [7, 7, 7, 255, 255, 255]],
      ['transparent', png('rgba', [[[9, 9, 9, 0], [4, 5, 6, 255]]]), [0, 0, 0, 4, 5, 6]], // prettier-ignore
      ['grey and transparent', png('greyAlpha', [[[9, 0], [9, 255]]]), [0, 0, 0, 9, 9, 9]], // prettier-ignore
      ['16 bits', png('rgb', [[[0, 0xffff, 0x8080], [0, 0, 0]]], 16), [0, 255, 128, 0, 0, 0]], // prettier-ignore
    ];
    for (const [kind, file, expected] of kinds) {
      const place = new Place(file, 6);
      const call: HostCall = place.load('load_png', 2, 1);
      const found = await pixels(place, call);
      if (kind === '16 bits') assert.ok(Math.abs(found[2]! - 128) <= 60, String(found));
      else assert.deepEqual(found, expected, kind);
    }
  });

  it('gives bytes and floats, in both orders, through both interfaces', async () => {
    const bytes = { rgb: [248, 0, 8, 0, 240, 136], bgr: [8, 0, 248, 136, 240, 0] };
    const floats = (values: readonly number[]): number[] => [
      ...Buffer.from(Float32Array.from(values, (value) => value / 255).buffer),
    ];
    const forms: [string, number, number[]][] = [
      ['rgb8', 0, bytes.rgb],
      ['bgr8', 1, bytes.bgr],
      ['rgb32f', 2, floats(bytes.rgb)],
      ['bgr32f', 3, floats(bytes.bgr)],
    ];
    const picture = png('rgb', [[bytes.rgb.slice(0, 3), bytes.rgb.slice(3)]]);
    for (const [form, elements, expected] of forms) {
      const fromJpeg = new Place(BLOCKS, expected.length);
      const fromPng = new Place(picture, expected.length);
      const found = [
        await pixels(fromJpeg, fromJpeg.load('load_jpg', 2, 1, elements)),
        await pixels(fromJpeg, fromJpeg.legacy(`jpg_to_${form}`, 2, 1)),
        await pixels(fromPng, fromPng.load('load_png', 2, 1, elements)),
        await pixels(fromPng, fromPng.legacy(`png_to_${form}`, 2, 1)),
      ];
      for (const each of found) assert.deepEqual(each, expected, form);
    }
  });

  it('refuses what is no such picture, and the guest goes on', async () => {
    const place = new Place(BLOCKS, 6);
    const { image, buffer } = place;
    await withHostCalls(IMAGE, WITH_IMAGE, async (run) => {
      const { errnos, memory } = await run(place.page, [
        place.load('load_png', 2, 1),
        place.legacy('png_to_rgb8', 2, 1),
        ['load_jpg', image + 1, BLOCKS.length - 1, 2, 1, 0, buffer, 6],
        ['load_jpg', image, 20, 2, 1, 0, buffer, 6],
        ['load_jpg', image, 0, 2, 1, 0, buffer, 6],
        place.load('load_jpg', 2, 1, 4),
        place.load('load_jpg', 0, 1),
        place.load('load_jpg', 2, 0),
        place.load('load_jpg', 2, 2),
        place.load('load_jpg', 2, 1),
      ]);
      assert.deepEqual(errnos, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
      assert.equal(place.result(memory)[0], 248);
    });
  });

  it('refuses pointers and sizes that lead out of the memory', async () => {
    const place = new Place(BLOCKS, 6);
    const { image, buffer } = place;
    const size = BLOCKS.length;
    const outside = HOSTILE_POINTERS.filter((pointer) => isOutside(pointer, 6));
    const hostile = [
      ...outside.flatMap((pointer): HostCall[] => [
        ['load_jpg', pointer, size, 2, 1, 0, buffer, 6],
        ['load_jpg', image, size, 2, 1, 0, pointer, 6],
        ['wasmedge_image_load_jpg_to_rgb8', pointer, size, 2, 1, buffer],
        ['wasmedge_image_load_jpg_to_rgb8', image, size, 2, 1, pointer],
      ]),
      ...HOSTILE_LENGTHS.flatMap((length): HostCall[] => [
        ['load_jpg', image, length, 2, 1, 0, buffer, 6],
        ['wasmedge_image_load_jpg_to_rgb32f', image, length, 2, 1, buffer],
        ['wasmedge_image_load_jpg_to_rgb32f', image, size, length, length, buffer],
        ['wasmedge_image_load_jpg_to_rgb8', image, size, length, 1, buffer],
        ['load_jpg', image, size, 1, length, 0, buffer, -1],
      ]),
    ];
    await withHostCalls(IMAGE, WITH_IMAGE, async (run) => {
      const { errnos, memory } = await run(place.page, [...hostile, place.load('load_jpg', 2, 1)]);
      assert.deepEqual(errnos, [...hostile.map(() => 1), 0]);
      assert.equal(place.result(memory)[0], 248);
    });
  });

  it('bounds the pixels of the picture and of the result', async () => {
    const small = new Place(plainJpeg(40, 25, 72), 3000);
    const options: LoadOptions = { ...WITH_IMAGE, limits: { imagePixels: 999 } };
    await withHostCalls(IMAGE, options, async (run) => {
      assert.deepEqual((await run(small.page, [small.load('load_jpg', 1, 1)])).errnos, [1]);
      const fitting = new Place(plainJpeg(37, 27, 72), 3000);
      assert.deepEqual((await run(fitting.page, [fitting.load('load_jpg', 37, 27)])).errnos, [0]);
      const error = await fails('ERR_LIMIT', run(fitting.page, [fitting.load('load_jpg', 40, 25)]));
      assert.equal(error.limit, 'imagePixels');
    });
    // 65,278 pixels each way, in less than 200 bytes.
    const bomb = Buffer.from(plainJpeg(8, 8, 72));
    const frame = bomb.indexOf(Buffer.from([0xff, 0xc0]));
    bomb.fill(0xfe, frame + 5, frame + 9);
    const place = new Place(bomb, 3);
    await withHostCalls(IMAGE, WITH_IMAGE, async (run) => {
      assert.deepEqual((await run(place.page, [place.load('load_jpg', 1, 1)])).errnos, [1]);
    });
  });

  it('survives damaged pictures and random arguments', async () => {
    const names = Object.entries(IMAGE.functions);
    await withHostCalls(IMAGE, WITH_IMAGE, async (run) => {
      for (let seed = 1; seed <= 40; seed++) {
        const next = random(seed);
        const file = Buffer.from(seed % 2 ? BLOCKS : png('rgb', [[[1, 2, 3]], [[4, 5, 6]]]));
        for (let change = next(4); change > 0; change--) file[next(file.length)] = next(256);
        const place = new Place(file, 48);
        const words = [
          ...[0, 1, 2, 3, 6, 48, place.image, place.file.length, place.buffer],
          ...[-1, 2 ** 31, MEMORY_END, MEMORY_END - 1],
        ];
        const calls = Array.from({ length: 100 }, (): HostCall => {
          const [name, count] = names[next(names.length)]!;
          const args = Array.from({ length: count }, () => words[next(words.length)]!);
          if (next(2)) args.splice(0, 2, place.image, place.file.length);
          return [name, ...args];
        });
        const { errnos } = await run(place.page, calls);
        assert.ok(errnos.every((errno) => errno <= 1));
      }
    });
  });
});
