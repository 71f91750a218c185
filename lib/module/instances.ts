import { isWithinHostCall } from '../host/host-call-context.js';
import type { InvocationDefaults, CheckedInstance } from '../runners/request.js';
import { checkedSingleCall } from '../runners/request.js';
import { closedError, inWords } from '../runners/end-message.js';
import { earlyEndError } from '../runners/early-end.js';
import type { Executor } from '../runners/executor.js';
import type { MadeInstance } from '../runners/instance-port.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';

import { Instance } from './instance.js';
import { InstanceCalls, tell } from './instance-calls.js';
import type { InstanceFacts } from './instance-calls.js';
import { InstanceGlobals } from './instance-globals.js';
import { InstanceMemory } from './instance-memory.js';

/** The kept instances of a module. */
export class Instances {
  readonly #executor: Executor;
  readonly #defaults: InvocationDefaults;
  readonly #facts: InstanceFacts;
  readonly #live = new Set<InstanceCalls>();
  /** Instances that are being created. */
  readonly #making = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(executor: Executor, defaults: InvocationDefaults, facts: InstanceFacts) {
    this.#executor = executor;
    this.#defaults = defaults;
    this.#facts = facts;
  }

  async make<Exports extends object>(checked: CheckedInstance): Promise<Instance<Exports>> {
    const { instances } = this.#defaults.limits;
    if (this.#live.size + this.#making.size >= instances) {
      throw new WasmEdgeError(
        'ERR_LIMIT',
        `${printable(this.#facts.file)} has ${instances} instances, as many as the limit 'instances' allows. ` +
          'Close those that are no longer needed, or raise limits.instances.',
        { limit: 'instances' },
      );
    }
    const making = this.#made(checked);
    const settled = making.catch(() => undefined);
    this.#making.add(settled);
    let made: MadeInstance;
    try {
      made = await making;
    } finally {
      this.#making.delete(settled);
    }
    const { onStdout, onStderr } = checked;
    const calls = new InstanceCalls(made.port, this.#facts, checked, () => {
      this.#live.delete(calls);
    });
    this.#live.add(calls);
    if (this.#isClosing) {
      await calls.close();
      throw closedError(this.#facts.file);
    }
    tell(onStdout, made.stdout);
    tell(onStderr, made.stderr);
    const { limits } = this.#defaults;
    const memory = new InstanceMemory(calls);
    const globals = new InstanceGlobals(calls, this.#facts.exports);
    return new Instance<Exports>(calls, memory, globals, (options) =>
      checkedSingleCall(options, limits),
    );
  }

  /** Closes all instances; no more can be created. */
  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#making.size + this.#live.size > 0) {
      const closing = [...this.#live].map(async (calls) => {
        await calls.close();
        // Its properties are read only once.
        this.#live.delete(calls);
      });
      await Promise.all([...this.#making, ...closing]);
    }
  }

  async #made({ request, signal, timeoutOption }: CheckedInstance): Promise<MadeInstance> {
    const { hostFunctions } = this.#facts;
    const isNested = hostFunctions !== undefined && isWithinHostCall();
    const calls = hostFunctions?.begin();
    try {
      if (signal?.aborted) throw earlyEndError('aborted');
      const made = await this.#executor.instantiate({ ...request, isNested }, signal, calls);
      const { exited, stdout, stderr, timings } = made;
      if (!exited) return made;
      const exitCode = made.exitCode & 0xff;
      const message = `The guest called proc_exit(${exitCode}) instead of returning from its constructors.`;
      throw new WasmEdgeError('ERR_GUEST_EXIT', message, { exitCode, stdout, stderr, timings });
    } catch (error) {
      if (!(error instanceof WasmEdgeError)) throw error;
      calls?.addCause(error);
      const { concurrency, maxQueue, maxWaiting } = this.#defaults;
      const facts = {
        ...{ file: this.#facts.file, timeoutMs: request.timeoutMs, timeoutOption },
        ...{ concurrency, maxQueue, maxWaiting, isNested },
      };
      throw inWords(error, facts, error.code === 'ERR_ABORTED' ? signal?.reason : error.cause);
    } finally {
      calls?.end();
    }
  }
}
