/** A name has another form than its beginning says. */
export class NotMangled extends Error {
  override readonly name = 'NotMangled';
}

/** A mangled name that is read from its beginning; what is read is bounded, whoever wrote it. */
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

  /** Whether the next character was this one, which is passed. */
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

  /** What refers back to what came before may take long to read. */
  step(): void {
    if (++this.#steps > MAX_STEPS) throw new NotMangled();
  }
}

const MAX_STEPS = 2048;
/** Much more than anybody is shown. */
const MAX_CHARACTERS = 2048;

/** A part of a name, unless it has become too long: by what refers back, a short name may. */
export function notTooLong(part: string): string {
  if (part.length > MAX_CHARACTERS) throw new NotMangled();
  return part;
}
