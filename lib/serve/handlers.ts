import type { Task } from '../guest/task.js';
import { Invocations } from '../lambda/invocations.js';
import { resolveSettings } from '../lambda/settings.js';
import type { HandlerOptions } from '../lambda/types.js';
import type { Isolation } from '../options/types.js';

/** An isolation on offer that could not be loaded. Each request for it tries again. */
export class IsolationUnavailable extends Error {
  override readonly name = 'IsolationUnavailable';

  constructor(isolation: Isolation, cause: unknown) {
    super(`The isolation '${isolation}' could not be loaded. The log says why.`, { cause });
  }
}

/** A handler that is ready, and how long this request had to wait for it. */
export interface ReadyHandler {
  handler: Invocations;
  loadMs: number;
}

/** The server's own handler and, for comparison, the same with other isolations. */
export class Handlers {
  /** The server's own, loaded from the start. */
  readonly own: Invocations;
  /**
   * The server's own isolation, and all that a request may select: the server's own comes first.
   */
  readonly isolation: Isolation;
  readonly isolations: readonly Isolation[];
  /** What requests ask for. */
  readonly task: Task | 'run';
  readonly #options: HandlerOptions;
  readonly #others = new Map<Isolation, Promise<Invocations>>();

  /**
   * @param options Its `concurrency` and `maxQueue` limit the requests in progress, for all
   *   isolations together.
   * @param compare Further isolations: each gets its memory or process when a request first selects
   *   it, serves one picture at a time, and stays.
   */
  constructor(
    options: HandlerOptions & { concurrency: number; maxQueue: number },
    compare: readonly Isolation[],
  ) {
    this.isolation = options.isolation ?? 'in-process';
    this.isolations = [...new Set([this.isolation, ...compare])];
    this.#options = {
      ...options,
      concurrency: 1,
      maxQueue: options.concurrency + options.maxQueue,
    };
    const settings = resolveSettings(options);
    this.task = settings.task.name;
    this.own = new Invocations(settings);
  }

  /** The isolation with this name; undefined if it is not on offer. */
  find(name: string): Isolation | undefined {
    return this.isolations.find((each) => each === name);
  }

  /**
   * @param isolation One of `isolations`.
   * @throws {IsolationUnavailable} If it cannot be loaded.
   */
  async ready(isolation: Isolation): Promise<ReadyHandler> {
    if (isolation === this.isolation) return { handler: this.own, loadMs: 0 };
    const begin = performance.now();
    const loading = this.#others.get(isolation) ?? this.#load(isolation);
    this.#others.set(isolation, loading);
    try {
      const handler = await loading;
      return { handler, loadMs: performance.now() - begin };
    } catch (error) {
      // Unless another request has started a new attempt.
      if (this.#others.get(isolation) === loading) this.#others.delete(isolation);
      throw new IsolationUnavailable(isolation, error);
    }
  }

  /** Finishes the work in progress, and frees everything. */
  async close(): Promise<void> {
    const others = await Promise.allSettled(this.#others.values());
    await Promise.all([
      this.own.close(),
      ...others.map((other) => other.status === 'fulfilled' && other.value.close()),
    ]);
  }

  async #load(isolation: Isolation): Promise<Invocations> {
    const handler = new Invocations(resolveSettings({ ...this.#options, isolation }));
    try {
      await handler.ready;
      return handler;
    } catch (error) {
      await handler.close();
      throw error;
    }
  }
}
