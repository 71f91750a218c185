import { isValueOf } from '../../host/arguments.js';
import { Malformed } from '../../support/received.js';
import type { ExternalDescription, ValueType } from '../../support/shared-types.js';

type Values = readonly (number | bigint)[];

/**
 * A module's exports by name: if values from a worker process do not have their types, the process
 * has been taken over.
 */
export class KnownExports {
  readonly #byName = new Map<string, ExternalDescription>();

  add(exports: readonly ExternalDescription[]): void {
    for (const each of exports) this.#byName.set(each.name, each);
  }

  /** Throws {@link Malformed} if this function cannot return these. */
  requireResults(name: string, values: Values): void {
    const { kind, results } = this.#byName.get(name) ?? {};
    requireTypes(kind === 'function' && results ? results : [], values);
  }

  /** Throws {@link Malformed} if this global cannot have this value. */
  requireGlobal(name: string, value: number | bigint | undefined): number | bigint {
    const { kind, type } = this.#byName.get(name) ?? {};
    if (kind === 'global' && type && isValueOf(type, value)) return value;
    throw new Malformed('a value of the wrong type');
  }
}

/** Throws {@link Malformed} unless these are values of these types. */
export function requireTypes(types: readonly ValueType[], values: Values): void {
  const fits =
    values.length === types.length && types.every((type, index) => isValueOf(type, values[index]));
  if (!fits) throw new Malformed('values of the wrong types');
}
