import { AsyncLocalStorage } from 'node:async_hooks';

/** The caller of the running host function, and the context of that call. */
interface Context {
  /**
   * The queue of the kept instance whose guest waits for it; undefined if it is not a kept
   * instance.
   */
  line: Line | undefined;
  outer: Context | undefined;
}

/** Runs a function in the context in which this was created. */
export type Entrance = <T>(run: () => T) => T;

const contexts = new AsyncLocalStorage<Context>();

/**
 * Whether the running code was called, directly or indirectly, by a host function, so that a guest
 * that occupies a thread or process may be waiting for it.
 */
export function isWithinHostCall(): boolean {
  return contexts.getStore() !== undefined;
}

/**
 * For the host functions of an invocation: they see the AsyncLocalStorages of the code that
 * requested the invocation, as if that code had called them.
 *
 * @param line The queue of the kept instance whose guest calls them, if it is one.
 */
export function hostCallEntrance(line: Line | undefined): Entrance {
  const context = { line, outer: contexts.getStore() };
  return contexts.run(context, () => AsyncLocalStorage.snapshot());
}

/**
 * The queue of operations of a kept instance. An operation waits for those before it, whose guest
 * may wait for a host function, which may request something of another instance: so queues can wait
 * for each other, and must not do so in a circle.
 */
export class Line {
  /** The queues that its host functions wait in, with counts. */
  readonly #joined = new Map<Line, number>();

  /**
   * Whether the running code was called, directly or indirectly, by a host function of its guest.
   */
  get isWaitedFor(): boolean {
    return this.#waiting().includes(this);
  }

  /**
   * Records that the guests waiting for the running code also wait in this queue, until the
   * returned function is called. Undefined if one of them would wait for itself.
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

  /** Whether it waits, directly or indirectly. */
  #waitsFor(other: Line): boolean {
    const seen = new Set<Line>([this]);
    // Entries added during the iteration are visited as well.
    for (const line of seen) {
      if (line === other) return true;
      for (const next of line.#joined.keys()) seen.add(next);
    }
    return false;
  }

  /** The queues whose host functions have called the running code. */
  #waiting(): Line[] {
    const lines: Line[] = [];
    for (let context = contexts.getStore(); context; context = context.outer) {
      if (context.line && !lines.includes(context.line)) lines.push(context.line);
    }
    return lines;
  }
}
