import type { Caller, HostFunction } from '../options/host-types.js';
import { entriesOf, refuse } from '../options/validation.js';
import { printable } from '../support/printable.js';

/** A host function with its import names. */
export interface GivenFunction {
  module: string;
  name: string;
  call: (caller: Caller, ...args: readonly (number | bigint)[]) => unknown;
}

/** The names of the host functions, which another process needs to link a module. */
export type ImportNames = readonly (readonly [module: string, name: string])[];

/** Validates the option `imports`: an object of objects of functions, each read once. */
export function hostFunctions(option: unknown): GivenFunction[] {
  if (option === undefined) return [];
  return entriesOf('imports', option).flatMap(([module, functions]) => {
    const shown = `imports.${printable(module, 100)}`;
    return entriesOf(shown, functions).map(([name, call]) => {
      if (typeof call !== 'function') {
        refuse(`${shown}.${printable(name, 100)}`, 'a function', call);
      }
      // The types are known once the module is.
      return { module, name, call: call as HostFunction as GivenFunction['call'] };
    });
  });
}

export function namesOf(functions: readonly GivenFunction[]): ImportNames {
  return functions.map(({ module, name }) => [module, name] as const);
}
