import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers';

import { OUTPUTS } from '../../streams/run-streams.js';
import type { OutputName, RunStreams } from '../../streams/run-streams.js';
import { Malformed } from '../../support/received.js';

import type { StreamAnswer } from './held-streams.js';

/** Maximum size of a frame of input in bytes: between frames, the end of a run is noticed. */
const FRAME_BYTES = 256 * 1024;
/** Bytes of input sent without a turn of the event loop if neither side waits. */
const TURN_BYTES = 1024 * 1024;
/**
 * The most input of earlier runs that their guests may have left unread: a frame or two, and ends.
 */
const MOST_LEFT_BYTES = 2 * FRAME_BYTES;
/** Bytes of an output that are kept for a busy target before reading stops. */
const WINDOW_BYTES = 256 * 1024;
/** The time after its socket in which a process ends, if it does. */
const CLOSED_STREAM_MS = 500;

/**
 * Two sockets to a worker process, on which the streams of one run after another go between its
 * guest's thread and this process: without messages, and without JavaScript in that process.
 * (Measured: copying a gigabyte takes a third of the processor time that messages take.)
 *
 * Input is sent in frames, each preceded by its length (32 bits, little-endian); an empty frame
 * ends it. Output is sent unframed; its size is reported at the end of the run. A process that a
 * guest has taken over can send too much or too little: too much ends it, too little only delays
 * its own run.
 */
export class StreamLane {
  readonly #sockets: Record<OutputName, Socket>;
  readonly #giveUp: (reason: string) => void;
  #held: HeldLane | undefined;

  /** @param giveUp Called when the process has sent what it must not. */
  constructor(
    [stdout, stderr]: readonly [data: Socket, error: Socket],
    giveUp: (reason: string) => void,
  ) {
    this.#sockets = { stdout, stderr };
    this.#giveUp = giveUp;
    for (const name of OUTPUTS) {
      const socket = this.#sockets[name];
      socket.unref();
      socket.on('data', (chunk: Buffer) => {
        this.#take(name, chunk);
      });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        const timer = setTimeout(() => {
          giveUp('closed an output stream');
        }, CLOSED_STREAM_MS);
        timer.unref();
      });
    }
  }

  /**
   * Whether no run has it, and earlier ones have left little: a process that never reads would
   * accumulate more with each run.
   */
  get isFree(): boolean {
    return this.#held === undefined && this.#sockets.stdout.writableLength <= MOST_LEFT_BYTES;
  }

  /** Gives it to a run, until everything has come through. */
  hold(streams: RunStreams): HeldLane {
    this.#held = new HeldLane(streams, this.#sockets, () => {
      this.#held = undefined;
    });
    return this.#held;
  }

  #take(name: OutputName, chunk: Buffer): void {
    try {
      if (!this.#held) throw new Malformed('output without a run');
      this.#held.takeOutput(name, chunk);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#giveUp(`sent an invalid message (${error.message})`);
    }
  }
}

/** The streams of the run that has the lane of its worker process. */
export class HeldLane {
  readonly #streams: RunStreams;
  readonly #sockets: Record<OutputName, Socket>;
  readonly #release: () => void;
  readonly #received: Record<OutputName, number> = { stdout: 0, stderr: 0 };
  /** Bytes kept for each target. */
  readonly #untaken: Record<OutputName, number> = { stdout: 0, stderr: 0 };
  #isWanted = false;
  #hasEndedInput = false;
  #isStopped = false;
  /** Ends the wait for the socket. */
  #leave: (() => void) | undefined;
  /** How much it has written in total, and what to do when that has arrived. */
  #answered: { written: readonly [number, number]; done: () => void } | undefined;

  constructor(streams: RunStreams, sockets: Record<OutputName, Socket>, release: () => void) {
    this.#streams = streams;
    this.#sockets = sockets;
    this.#release = release;
  }

  /** Whether its guest has ended. */
  get isAnswered(): boolean {
    return this.#answered !== undefined;
  }

  /** Handles a message from the worker process about this run; throws {@link Malformed}. */
  take(answer: StreamAnswer): void {
    if (answer.type !== 'stream-wanted') throw new Malformed('output outside its lane');
    if (!this.#streams.hasInput || this.#isWanted) {
      throw new Malformed('a request for input that its run does not have');
    }
    this.#isWanted = true;
    void this.#pump();
  }

  /** Passes some output on; throws {@link Malformed}. */
  takeOutput(name: OutputName, chunk: Buffer): void {
    const outlet = this.#streams.outlet(name);
    if (!outlet) throw new Malformed('output of a stream that does not exist');
    this.#received[name] += chunk.length;
    // Nobody is waited for any more, but targets that are free get it.
    if (!this.#isStopped || !outlet.isBusy) {
      const taken = outlet.write(chunk);
      if (taken) this.#awaitTaken(name, chunk.length, taken);
    }
    this.#check();
  }

  /**
   * Its guest has ended after writing this much; `done` is called when that has arrived, and
   * targets have accepted it or were not waited for. Throws {@link Malformed}.
   */
  answer(written: readonly [number, number] | undefined, done: () => void): void {
    if (!written || this.#answered)
      throw new Malformed('an end without the number of bytes written');
    this.#answered = { written, done };
    this.#endInput();
    this.#check();
  }

  /** It must end: what its targets do not accept at once is dropped. */
  stop(): void {
    this.#isStopped = true;
    for (const name of OUTPUTS) this.#sockets[name].resume();
  }

  /** The run has settled. */
  end(): void {
    this.#endInput();
    this.stop();
  }

  #awaitTaken(name: OutputName, bytes: number, taken: Promise<void>): void {
    this.#untaken[name] += bytes;
    if (this.#untaken[name] >= WINDOW_BYTES && !this.#isStopped) this.#sockets[name].pause();
    void taken.then(() => {
      this.#untaken[name] -= bytes;
      if (this.#untaken[name] < WINDOW_BYTES) this.#sockets[name].resume();
    });
  }

  #check(): void {
    if (!this.#answered) return;
    const { written, done } = this.#answered;
    const missing = OUTPUTS.map((name, index) => (written[index] ?? 0) - this.#received[name]);
    if (missing.some((bytes) => bytes < 0)) throw new Malformed('more output than it announced');
    if (missing.some((bytes) => bytes > 0)) return;
    this.#release();
    done();
  }

  async #pump(): Promise<void> {
    const socket = this.#sockets.stdout;
    let sinceTurn = 0;
    try {
      // An earlier guest may have left some of its input, which this one skips first.
      if (socket.writableNeedDrain) await this.#untilEnd((settle) => socket.once('drain', settle));
      while (!this.#isOver()) {
        const piece = await this.#streams.next();
        if (!piece) this.#endInput();
        for (let at = 0; piece && at < piece.length && !this.#isOver(); at += FRAME_BYTES) {
          const frame = alone(piece.subarray(at, at + FRAME_BYTES));
          await this.#untilEnd((settle) => {
            writeFrame(socket, frame, settle);
          });
          sinceTurn += frame.length;
          if (sinceTurn < TURN_BYTES) continue;
          sinceTurn = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } catch {
      // The run is being ended for this reason.
    }
  }

  /** Whether no more input can be sent: a destroyed socket reports its own reason. */
  #isOver(): boolean {
    return this.#hasEndedInput || !this.#sockets.stdout.writable;
  }

  /**
   * Settles when what was begun has settled, or the input has ended, or the socket is closed: so
   * nothing that is waited for keeps the source and its chunk alive.
   */
  async #untilEnd(begin: (settle: () => void) => void): Promise<void> {
    const socket = this.#sockets.stdout;
    let settle = (): void => undefined;
    await new Promise<void>((resolve) => {
      settle = resolve;
      this.#leave = resolve;
      socket.once('close', resolve);
      begin(resolve);
    });
    this.#leave = undefined;
    socket.off('close', settle).off('drain', settle);
  }

  /** The other side has requested input, and expects one end for each request. */
  #endInput(): void {
    if (!this.#isWanted || this.#hasEndedInput) return;
    this.#hasEndedInput = true;
    this.#leave?.();
    if (this.#sockets.stdout.writable) this.#sockets.stdout.write(Buffer.alloc(4));
  }
}

/**
 * The frame without the rest of a large chunk, which it would keep in memory for as long as nobody
 * reads it.
 */
function alone(frame: Uint8Array): Uint8Array {
  return frame.buffer.byteLength > 2 * FRAME_BYTES ? Buffer.from(frame) : frame;
}

/** `settle` is called when the socket has accepted all of it, or has failed. */
function writeFrame(socket: Socket, frame: Uint8Array, settle: () => void): void {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(frame.length);
  socket.cork();
  socket.write(length);
  socket.write(frame, settle);
  socket.uncork();
}
