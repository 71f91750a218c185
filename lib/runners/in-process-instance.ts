import type { NativeInstance, NativeModule } from '../addon/native.js';
import type { WasmEdgeError } from '../support/errors.js';
import type { HostCallReceiver } from '../host/host-functions.js';
import { fromNative, nativeCall } from '../support/errors.js';
import { toldFailures } from '../support/inference-failures.js';

import { onEarlyEnd } from './early-end.js';
import type {
  CallEnding,
  CallProgress,
  CallRequest,
  InstancePort,
  InstanceRequest,
  MadeInstance,
} from './instance-port.js';

/** Handlers of the host function calls of operations in progress, by the addon's keys. */
type Receivers = Map<number, HostCallReceiver>;

/** Creates an instance in this process. */
export async function makeInProcess(
  module: NativeModule,
  receivers: Receivers,
  request: InstanceRequest,
  signal: AbortSignal | undefined,
  calls: HostCallReceiver | undefined,
): Promise<MadeInstance> {
  return nativeCall(async () => {
    const { instance, promise, ticket, hostKey } = module.instantiate(request);
    if (calls && hostKey !== undefined) receivers.set(hostKey, calls);
    const forget = onEarlyEnd(request.timeoutMs, signal, (reason) => {
      instance.stop(ticket, reason);
    });
    try {
      const made = await promise;
      return { port: new InProcessInstance(module, receivers, instance), ...made };
    } finally {
      if (hostKey !== undefined) receivers.delete(hostKey);
      forget();
    }
  });
}

const NOTHING = Buffer.alloc(0);

class InProcessInstance implements InstancePort {
  /** Its threads end when it is collected. */
  readonly module: NativeModule;
  readonly #receivers: Receivers;
  readonly #instance: NativeInstance;

  constructor(module: NativeModule, receivers: Receivers, instance: NativeInstance) {
    this.module = module;
    this.#receivers = receivers;
    this.#instance = instance;
  }

  call(
    request: CallRequest,
    signal: AbortSignal | undefined,
    progress: (progress: CallProgress) => void,
  ): void {
    const { functions, values, timeoutMs, hostCalls } = request;
    let forget = (): void => undefined;
    try {
      const { ticket, hostKey } = this.#instance.call(
        functions,
        values,
        request,
        (calls, results, stdout = NOTHING, stderr = NOTHING, ending) => {
          if (!ending) {
            progress({ calls, results, stdout, stderr });
            return;
          }
          if (hostKey !== undefined) this.#receivers.delete(hostKey);
          forget();
          const { hasEnded, timings, exitCode, error, inferenceFailures } = ending;
          const told: CallEnding = {
            hasEnded,
            timings,
            ...(exitCode !== undefined && { exitCode }),
            ...toldFailures(inferenceFailures),
            ...(error !== undefined && { error: familyError(error) }),
          };
          progress({ calls, results, stdout, stderr, ending: told });
        },
      );
      if (hostCalls && hostKey !== undefined) this.#receivers.set(hostKey, hostCalls);
      // The addon itself measures the time of running operations, but not of waiting ones.
      forget = onEarlyEnd(timeoutMs, signal, (reason) => {
        this.#instance.stop(ticket, reason);
      });
    } catch (error) {
      const timings = { queueMs: 0, instantiateMs: 0, executeMs: 0 };
      progress({
        ...{ calls: 0, results: new ArrayBuffer(0), stdout: NOTHING, stderr: NOTHING },
        ending: { error: familyError(error), hasEnded: false, timings },
      });
    }
  }

  readMemory(address: number, length: number, isNested: boolean): Promise<Buffer> {
    return nativeCall(() => this.#instance.readMemory(address, length, isNested));
  }

  writeMemory(address: number, bytes: Uint8Array, isNested: boolean): Promise<void> {
    return nativeCall(() => this.#instance.writeMemory(address, bytes, isNested));
  }

  memorySize(isNested: boolean): Promise<number> {
    return nativeCall(() => this.#instance.memorySize(isNested));
  }

  growMemory(pages: number, isNested: boolean): Promise<number> {
    return nativeCall(() => this.#instance.growMemory(pages, isNested));
  }

  getGlobal(name: string, isNested: boolean): Promise<number | bigint> {
    return nativeCall(() => this.#instance.getGlobal(name, isNested));
  }

  setGlobal(name: string, value: number | bigint, isNested: boolean): Promise<void> {
    return nativeCall(() => this.#instance.setGlobal(name, value, isNested));
  }

  endWaits(): void {
    this.#instance.endWaits();
  }

  close(isNested: boolean): Promise<void> {
    return nativeCall(() => this.#instance.close(isNested));
  }
}

/**
 * Errors of the addon belong to the family; anything else is a bug, which is passed on unchanged.
 */
function familyError(error: unknown): WasmEdgeError {
  return fromNative(error) as WasmEdgeError;
}
