import type { Picture } from './picture.js';
import type { Service } from './service.js';
import { Refusal } from './words.js';

const ATTEMPTS = 4;
const MAX_WAIT_SECONDS = 5;
const BUSY = 503;

/** The maximum of a classifier's scores as reported by the guest, whatever the model's own are. */
const MAX_SCORE = 255;

/** What the model sees in the picture. */
export interface Thing {
  label: string;
  /** The model's confidence, from 0 to 1. */
  share: number;
  /**
   * Its place, as fractions of the picture's sides; absent if the model does not provide places.
   */
  box?: Box;
  /** The index of its class. */
  index: number;
}

/** As fractions of the picture's sides, from the upper left corner. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Milliseconds in the server. */
export interface Timings {
  queueMs: number;
  instantiateMs: number;
  executeMs: number;
  /** Part of `executeMs`; absent if the guest runs in a process that does not report it. */
  inferenceMs?: number;
  totalMs: number;
}

/** The result for a picture. */
export interface Answer {
  /** Best first. */
  things: readonly Thing[];
  /** The number of classes of a classifier; absent for a detector. */
  classes?: number;
  /** Whether a classifier considers any of them likely. */
  isKnown: boolean;
  /** Whether a part of the picture was missing. */
  isDamaged: boolean;
  timings: Timings;
  /** From the request to its response, as measured by this page, including loading. */
  roundTripMs: number;
  /** How long it waited for its isolation to load. */
  loadMs: number;
}

/**
 * Asks the server, and again if it is busy.
 *
 * @throws {Refusal} With the server's message if it has one. `signal`'s reason if that aborts.
 */
export async function ask(
  task: Service['task'],
  picture: Picture,
  isolation: string,
  signal: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const begin = performance.now();
    const response = await post(task, picture, isolation, signal);
    const text = await response.text().catch(unreachable);
    const roundTripMs = performance.now() - begin;
    if (response.ok) {
      return { ...answerOf(text), roundTripMs, loadMs: loadMsOf(response.headers) };
    }
    const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
    if (response.status !== BUSY || Number.isNaN(retryAfter) || attempt === ATTEMPTS) {
      throw new Refusal(problemOf(response.status, text), { isTemporary: response.status >= 500 });
    }
    await pause(Math.min(retryAfter, MAX_WAIT_SECONDS) * 1000, signal);
  }
}

async function post(
  task: Service['task'],
  picture: Picture,
  isolation: string,
  signal: AbortSignal,
): Promise<Response> {
  const query = new URLSearchParams({ format: 'json', isolation });
  try {
    return await fetch(`${task}?${query}`, {
      method: 'POST',
      headers: { 'content-type': picture.type },
      body: picture.file,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    return unreachable(error);
  }
}

function unreachable(error: unknown): never {
  console.info(error);
  throw new Refusal('The server does not respond. Is it still running?', { isTemporary: true });
}

/** The server's JSON, with one of the two. */
interface Json {
  topK?: readonly { index: number; label: string; score: number }[];
  /** Absent if the answer is from another guest. */
  known?: boolean;
  classes?: number;
  damaged?: boolean;
  /** Of the picture in pixels, like the boxes. */
  width?: number;
  height?: number;
  detections?: readonly {
    index: number;
    label: string;
    score: number;
    box: { x: number; y: number; width: number; height: number };
  }[];
  timings: Timings;
}

function answerOf(text: string): Omit<Answer, 'roundTripMs' | 'loadMs'> {
  try {
    const json = JSON.parse(text) as Json;
    const { topK = [], known = true, damaged = false, classes, detections, timings } = json;
    const { width = 1, height = 1 } = json;
    const things = detections
      ? detections.map(({ index, label, score, box }) => ({
          ...{ index, label, share: score },
          box: {
            ...{ left: box.x / width, top: box.y / height },
            ...{ width: box.width / width, height: box.height / height },
          },
        }))
      : topK.map(({ index, label, score }) => ({ index, label, share: score / MAX_SCORE }));
    return {
      ...{ things, timings, isKnown: known, isDamaged: damaged },
      ...(classes !== undefined && { classes }),
    };
  } catch {
    throw new Refusal('The response is not JSON.');
  }
}

/** RFC 9457, unless something between here and the server has answered. */
function problemOf(status: number, text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Not a problem in JSON.
  }
  return `The server responded with status ${status}.`;
}

/** `Server-Timing: load;dur=…`. */
function loadMsOf(headers: Headers): number {
  return Number(/\bload;dur=([\d.]+)/.exec(headers.get('server-timing') ?? '')?.[1] ?? 0);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
