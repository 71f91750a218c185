/** Why a picture was not classified, in words for the user. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Whether the same picture may succeed later. */
  readonly isTemporary: boolean;

  constructor(message: string, { isTemporary = false } = {}) {
    super(message);
    this.isTemporary = isTemporary;
  }
}

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Such as `12.5 MB`, with the prefixes of the operating system's file lists. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${NUMBER.format(bytes / 1e3)} kB`;
  return `${NUMBER.format(bytes / 1e6)} MB`;
}

/** Such as `0.14 ms`, `4.2 ms`, `132 ms` or `1.4 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const digits = milliseconds < 1 ? 2 : milliseconds < 100 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}

/** Such as `1 photograph`. */
export function count(number: number): string {
  return `${number} photograph${number === 1 ? '' : 's'}`;
}
