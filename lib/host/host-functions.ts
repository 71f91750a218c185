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

/** A host function that a module imports. */
interface LinkedFunction extends GivenFunction {
  /** Its name in messages. */
  shown: string;
  results: readonly ValueType[];
}

/** Imports and exports of a module. */
export interface Externals {
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}

/** The host functions of one loaded module. */
export class HostFunctions {
  readonly #exports: readonly ExternalDescription[];
  #exported: ExportedFunctions | undefined;
  /** By index of the import in the module. */
  readonly #linked = new Map<number, LinkedFunction>();

  /** @param given All functions; those that the module does not import are ignored. */
  constructor(given: readonly GivenFunction[], { imports, exports }: Externals) {
    this.#exports = exports;
    const byName = new Map(given.map((each) => [keyOf(each.module, each.name), each]));
    for (const [index, { module = '', name, results }] of imports.entries()) {
      const found = byName.get(keyOf(module, name));
      if (!found || !results) continue;
      this.#linked.set(index, { ...found, shown: printable(`${module}.${name}`, 200), results });
    }
  }

  /** True if the module imports none of them. */
  get isEmpty(): boolean {
    return this.#linked.size === 0;
  }

  /**
   * For one invocation, created in the context of its request.
   *
   * @param line The queue of the kept instance, if its guest calls them.
   */
  begin(line?: Line): InvocationCalls {
    return new InvocationCalls(this, hostCallEntrance(line));
  }

  at(index: number): LinkedFunction | undefined {
    return this.#linked.get(index);
  }

  /** Functions of the guest. Listed on first use: there may be a million. */
  readonly exported = (): ExportedFunctions => (this.#exported ??= functionsOf(this.#exports));
}

function keyOf(module: string, name: string): string {
  return JSON.stringify([module, name]);
}

/** Handles the host function calls of one invocation. */
export interface HostCallReceiver {
  /** Whether there is a function for this import. */
  has(index: number): boolean;
  /**
   * Executes a call, and answers it through the port: before this returns, unless the host function
   * returns a promise.
   *
   * @param index Index of the function among the module's imports.
   */
  receive(index: number, args: readonly (number | bigint)[], port: HostCallPort): void;
  /**
   * Called when the invocation has ended. Calls in progress are notified, and their results are
   * discarded.
   *
   * @param error Why it ended.
   */
  end(error?: unknown): void;
}

/** The host function calls of one invocation, from its request to its end. */
export class InvocationCalls implements HostCallReceiver {
  readonly #functions: HostFunctions;
  readonly #enter: Entrance;
  /** Calls whose guest is waiting. */
  readonly #open = new Set<HostCaller>();
  #controller: AbortController | undefined;
  #failure: { thrown: unknown } | undefined;
  /** Why it ended before a host function did. */
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

  /**
   * If an exception of a host function ended the invocation, sets it as the cause of the
   * invocation's error.
   */
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

  /** Returns whether its guest was still waiting. */
  #close(caller: HostCaller): boolean {
    caller.end();
    return this.#open.delete(caller);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof (value as { then?: unknown }).then === 'function';
}

/** A message for anything that was thrown. */
function reasonText(thrown: unknown): string {
  try {
    return printable(reasonOf(thrown), 2000);
  } catch {
    return 'it threw a value that cannot be shown';
  }
}
