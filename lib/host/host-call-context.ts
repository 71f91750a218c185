import { AsyncLocalStorage } from 'node:async_hooks';

/** What called the host function that runs, and what that was called from. */
interface Context {
  /** Whose guest waits for it; undefined where that is no kept instance. */
  line: Line | undefined;
  outer: Context | undefined;
}

/** Runs a function as it were called from where this was made. */
export type Entrance = <T>(run: () => T) => T;

const contexts = new AsyncLocalStorage<Context>();

/**
 * Whether the running code was called, however indirectly, by a host function: so that a guest, which
 * has a thread or process meanwhile, may wait for it.
 */
export function isWithinHostCall(): boolean {
  return contexts.getStore() !== undefined;
}

/**
 * For the host functions of an invocation: they see the AsyncLocalStorages of whoever began it, as
 * they would if that called them.
 *
 * @param line Whose guest calls them, where that is a kept instance.
 */
export function hostCallEntrance(line: Line | undefined): Entrance {
  const context = { line, outer: contexts.getStore() };
  return contexts.run(context, () => AsyncLocalStorage.snapshot());
}

/**
 * The line of what is asked of a kept instance. What stands in it waits for what is before it, whose
 * guest may wait for a host function, which may ask something of another instance: so that lines
 * wait for each other, and must not in a circle.
 */
export class Line {
  /** Those that its host functions wait in, with how often. */
  readonly #joined = new Map<Line, number>();

  /** Whether the running code was called, however indirectly, by a host function of its guest. */
  get isWaitedFor(): boolean {
    return this.#waiting().includes(this);
  }

  /**
   * The guests that wait for the running code will wait in this line as well, until the returned
   * function is called. Undefined where one of them would wait for itself.
   */
  join(): (() => void) | undefined {
    const joining = this.#waiting();
    if (joining.some((each) => this.#waitsFor(each))) return undefined;
    for (const each of joining) each.#joined.set(this, (each.#joined.get(this) ?? 0) + 1);
    return () => {
      for (const each of joining) {
        const left = (each.#joined.get(this) ?? 0) - 1;
        if (left > 0) each.#joined.set(this, left);
        else each.#joined.delete(this);
      }
    };
  }

  /** Whether it does so, by way of others or not. */
  #waitsFor(other: Line): boolean {
    const seen = new Set<Line>([this]);
    // What is added meanwhile is visited as well.
    for (const line of seen) {
      if (line === other) return true;
      for (const next of line.#joined.keys()) seen.add(next);
    }
    return false;
  }

  /** Those whose host functions have called the running code. */
  #waiting(): Line[] {
    const lines: Line[] = [];
    for (let context = contexts.getStore(); context; context = context.outer) {
      if (context.line && !lines.includes(context.line)) lines.push(context.line);
    }
    return lines;
  }
}
