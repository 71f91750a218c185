import { setImmediate } from 'node:timers';

import type { NativeModule } from '../addon/native.js';
import type { OutputName, RunStreams } from '../streams/run-streams.js';

/** The number of bytes pulled without a turn of the event loop if the source never waits. */
const TURN_BYTES = 1024 * 1024;

/** Indexed by the addon's stream numbers. */
const STREAMS: readonly ('stdin' | OutputName)[] = ['stdin', 'stdout', 'stderr'];

/**
 * Moves the bytes of one invocation between its guest and its streams, when the addon requests it.
 */
export class InProcessStreams {
  readonly #module: NativeModule;
  readonly #key: number;
  readonly #streams: RunStreams;
  /** What there was no room for. */
  #piece: Uint8Array | undefined;
  #sinceTurn = 0;
  #hasEnded = false;

  constructor(module: NativeModule, key: number, streams: RunStreams) {
    this.#module = module;
    this.#key = key;
    this.#streams = streams;
  }

  /** The stream with this number needs attention: called once, until it was given everything. */
  serve(stream: number): void {
    const name = STREAMS[stream];
    if (name === 'stdin') void this.#feed();
    else if (name) void this.#drain(name, stream);
  }

  /** The invocation has ended. */
  end(): void {
    this.#hasEnded = true;
    this.#piece = undefined;
  }

  async #feed(): Promise<void> {
    try {
      while (!this.#hasEnded) {
        const piece = this.#piece ?? (await this.#streams.next());
        // Input that arrives too late is not needed.
        if (this.#isOver()) return;
        if (!piece) {
          this.#module.endInput(this.#key);
          return;
        }
        const fed = this.#module.feed(this.#key, piece);
        this.#piece = fed < piece.length ? piece.subarray(fed) : undefined;
        if (this.#piece) return;
        this.#sinceTurn += fed;
        if (this.#sinceTurn < TURN_BYTES) continue;
        this.#sinceTurn = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      // Unless this is the reason why it is being ended.
      this.#streams.fail('stdin', error);
    }
  }

  #isOver(): boolean {
    return this.#hasEnded;
  }

  async #drain(name: OutputName, stream: number): Promise<void> {
    const outlet = this.#streams.outlet(name);
    try {
      while (outlet && !this.#hasEnded && !outlet.isStopped) {
        const chunk = this.#module.takeOutput(this.#key, stream);
        if (!chunk) return;
        const taken = outlet.write(chunk);
        if (taken) await taken;
      }
    } catch (error) {
      this.#streams.fail(name, error);
    }
  }
}
