import { AsyncLocalStorage } from 'node:async_hooks';

/** What called the host function that runs, and what that was called from. */
interface Context {
  owners: readonly object[];
  outer: Context | undefined;
}

/** Runs a function as it were called from where this was made. */
export type Entrance = <T>(run: () => T) => T;

const contexts = new AsyncLocalStorage<Context>();

/**
 * Whether the running code was called, however indirectly, by a host function of this owner: so that
 * the owner's guest waits for it.
 */
export function isWithinHostCallOf(owner: object): boolean {
  for (let context = contexts.getStore(); context; context = context.outer) {
    if (context.owners.includes(owner)) return true;
  }
  return false;
}

/**
 * For the host functions of an invocation: they see the AsyncLocalStorages of whoever began it, as
 * they would if that called them, and are known to be of these owners.
 */
export function hostCallEntrance(owners: readonly object[]): Entrance {
  const context = { owners, outer: contexts.getStore() };
  return contexts.run(context, () => AsyncLocalStorage.snapshot());
}
