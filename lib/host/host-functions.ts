import type { ExternalDescription, ValueType } from '../support/shared-types.js';
import type { WasmEdgeError } from '../support/errors.js';
import { reasonOf } from '../support/errors.js';
import { printable } from '../support/printable.js';

import { functionsOf } from './arguments.js';
import type { ExportedFunctions } from './arguments.js';
import { HostCaller } from './caller.js';
import type { HostCallPort } from './caller.js';
import { hostCallEntrance } from './host-call-context.js';
import type { Entrance, Line } from './host-call-context.js';
import { WrongResult, checkResults } from './host-results.js';
import type { GivenFunction } from './imports.js';

/** One that a module imports. */
interface LinkedFunction extends GivenFunction {
  /** As messages name it. */
  shown: string;
  results: readonly ValueType[];
}

/** What a module imports and exports. */
export interface Externals {
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}

/** The host functions of one loaded module. */
export class HostFunctions {
  readonly #exports: readonly ExternalDescription[];
  #exported: ExportedFunctions | undefined;
  /** By the import's place among the module's. */
  readonly #linked = new Map<number, LinkedFunction>();

  /** @param given All that there are; those that the module does not import are left out. */
  constructor(given: readonly GivenFunction[], { imports, exports }: Externals) {
    this.#exports = exports;
    const byName = new Map(given.map((each) => [keyOf(each.module, each.name), each]));
    for (const [index, { module = '', name, results }] of imports.entries()) {
      const found = byName.get(keyOf(module, name));
      if (!found || !results) continue;
      this.#linked.set(index, { ...found, shown: printable(`${module}.${name}`, 200), results });
    }
  }

  /** Whether the module imports none of them. */
  get isEmpty(): boolean {
    return this.#linked.size === 0;
  }

  /**
   * For one invocation, where it was asked for.
   *
   * @param line That of the kept instance, where its guest calls them.
   */
  begin(line?: Line): InvocationCalls {
    return new InvocationCalls(this, hostCallEntrance(line));
  }

  at(index: number): LinkedFunction | undefined {
    return this.#linked.get(index);
  }

  /** Those of the guest. Not listed before they are asked for: there may be a million. */
  readonly exported = (): ExportedFunctions => (this.#exported ??= functionsOf(this.#exports));
}

function keyOf(module: string, name: string): string {
  return JSON.stringify([module, name]);
}

/** Where the calls of host functions of one invocation go. */
export interface HostCallReceiver {
  /** Whether there is a function at this place of the module's imports. */
  has(index: number): boolean;
  /**
   * Carries out a call, and answers it through the port: before this returns where the host function
   * does not give a promise.
   *
   * @param index The place of the function among the module's imports.
   */
  receive(index: number, args: readonly (number | bigint)[], port: HostCallPort): void;
  /**
   * The invocation has ended. What is still under way is told so, and what becomes of it is dropped.
   *
   * @param error Why it ended.
   */
  end(error?: unknown): void;
}

/** The calls of host functions of one invocation, from when it is asked for until it has ended. */
export class InvocationCalls implements HostCallReceiver {
  readonly #functions: HostFunctions;
  readonly #enter: Entrance;
  /** Those whose guest waits. */
  readonly #open = new Set<HostCaller>();
  #controller: AbortController | undefined;
  #failure: { thrown: unknown } | undefined;
  /** Why it ended while a host function had not. */
  #left: { reason: unknown } | undefined;
  #hasEnded = false;

  constructor(functions: HostFunctions, enter: Entrance) {
    this.#functions = functions;
    this.#enter = enter;
  }

  has(index: number): boolean {
    return this.#functions.at(index) !== undefined;
  }

  receive(index: number, args: readonly (number | bigint)[], port: HostCallPort): void {
    const called = this.#functions.at(index);
    if (!called || this.#hasEnded) {
      port.fail('The guest called something that is not a host function.');
      return;
    }
    const caller = new HostCaller(port, this.#functions.exported, () => this.#signal);
    this.#open.add(caller);
    try {
      const returned = this.#enter(() => called.call(caller, ...args));
      if (isThenable(returned)) {
        Promise.resolve(returned).then(
          (settled) => {
            this.#answer(called, caller, port, settled);
          },
          (thrown: unknown) => {
            this.#fail(called, caller, port, thrown);
          },
        );
      } else {
        this.#answer(called, caller, port, returned);
      }
    } catch (thrown) {
      this.#fail(called, caller, port, thrown);
    }
  }

  end(error?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#open.size > 0) this.#left = { reason: error };
    for (const caller of this.#open) caller.end();
    this.#open.clear();
    if (this.#left) this.#controller?.abort(error);
  }

  /** Gives the error of the invocation what a host function threw as its cause, where that ended it. */
  addCause(error: WasmEdgeError): void {
    if (!this.#failure || error.code !== 'ERR_HOST_FUNCTION') return;
    Object.defineProperty(error, 'cause', {
      value: this.#failure.thrown,
      writable: true,
      configurable: true,
    });
  }

  get #signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#left) this.#controller.abort(this.#left.reason);
    }
    return this.#controller.signal;
  }

  #answer(called: LinkedFunction, caller: HostCaller, port: HostCallPort, returned: unknown): void {
    if (!this.#close(caller)) return;
    try {
      port.answer(checkResults(called.results, returned));
    } catch (thrown) {
      if (thrown instanceof WrongResult) {
        port.fail(`The host function ${called.shown} returned ${thrown.message}.`);
      } else {
        this.#tell(called, port, thrown);
      }
    }
  }

  #fail(called: LinkedFunction, caller: HostCaller, port: HostCallPort, thrown: unknown): void {
    if (this.#close(caller)) this.#tell(called, port, thrown);
  }

  #tell({ shown }: LinkedFunction, port: HostCallPort, thrown: unknown): void {
    this.#failure ??= { thrown };
    port.fail(`The host function ${shown} failed: ${reasonText(thrown)}`);
  }

  /** Gives whether its guest has waited until now. */
  #close(caller: HostCaller): boolean {
    caller.end();
    return this.#open.delete(caller);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof (value as { then?: unknown }).then === 'function';
}

/** In words, whatever was thrown. */
function reasonText(thrown: unknown): string {
  try {
    return printable(reasonOf(thrown), 2000);
  } catch {
    return 'it threw a value that cannot be shown';
  }
}
