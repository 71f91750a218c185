/** A name does not have the form that its beginning indicates. */
export class NotMangled extends Error {
  override readonly name = 'NotMangled';
}

/** A mangled name, read from the start; the work is bounded, whoever wrote the name. */
export class Cursor {
  readonly text: string;
  at: number;
  #steps = 0;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  next(): string {
    this.step();
    if (this.isAtEnd) throw new NotMangled();
    return this.text.charAt(this.at++);
  }

  /** Skips the next character if it is this one; returns whether it was. */
  skip(character: string): boolean {
    if (this.isAtEnd || !this.text.startsWith(character, this.at)) return false;
    this.at += character.length;
    return true;
  }

  /** A decimal number. */
  number(): number {
    const digits = /\d{1,6}/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text)?.[0];
    if (found === undefined) throw new NotMangled();
    this.at += found.length;
    return Number(found);
  }

  take(length: number): string {
    if (length > this.text.length - this.at) throw new NotMangled();
    const taken = this.text.slice(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  /** References to earlier parts may take long to read. */
  step(): void {
    if (++this.#steps > MAX_STEPS) throw new NotMangled();
  }
}

const MAX_STEPS = 2048;
/** Far more than is ever shown. */
const MAX_CHARACTERS = 2048;

/** A part of a name, unless it has become too long: back references can make a short name long. */
export function notTooLong(part: string): string {
  if (part.length > MAX_CHARACTERS) throw new NotMangled();
  return part;
}
