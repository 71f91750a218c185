/** The number of arithmetic steps in each function. */
const STEPS = 200;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...leb(Math.floor(value / 128))];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([id, ...leb(content.length)]), content]);
}

/** A function: its size, then its content. */
function sized(body: readonly number[]): number[] {
  return [...leb(body.length), ...body];
}

/**
 * A module that takes long to compile and no time to run: for machines without a large program. Each
 * function, of about 1.4 kB, mixes its argument with a different series of steps, so none is a copy of
 * another; the module's program calls one of them.
 */
export function generatedModule(functions = 4000): Buffer {
  const I32 = 0x7f;
  const types = vector([
    [0x60, 1, I32, 1, I32],
    [0x60, 0, 0],
  ]);
  const bodies: Buffer[] = [];
  for (let index = 0; index < functions; index++) {
    const steps: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      // local.get 0; i32.const; i32.xor, add, mul or rotl; local.set 0
      const operation = [0x73, 0x6a, 0x6c, 0x77][(index + step * 7) % 4] ?? 0x73;
      const constant = leb(((index * 31 + step * 17) % 60) + 1);
      steps.push(0x20, 0, 0x41, ...constant, operation, 0x21, 0);
    }
    bodies.push(Buffer.from(sized([0, ...steps, 0x20, 0, 0x0b])));
  }
  // i32.const 1; call 0; drop
  bodies.push(Buffer.from(sized([0, 0x41, 1, 0x10, 0, 0x1a, 0x0b])));
  const kinds = Buffer.alloc(functions + 1);
  kinds[functions] = 1;
  const name = Buffer.from('_start');
  const memory = Buffer.from('memory');
  return Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    section(1, Buffer.from(types)),
    section(3, Buffer.concat([Buffer.from(leb(functions + 1)), kinds])),
    section(5, Buffer.from([1, 0, 1])),
    section(
      7,
      Buffer.from([
        ...[2, name.length, ...name, 0, ...leb(functions)],
        ...[memory.length, ...memory, 2, 0],
      ]),
    ),
    section(10, Buffer.concat([Buffer.from(leb(functions + 1)), ...bodies])),
  ]);
}
