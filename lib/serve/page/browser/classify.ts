import { Refusal } from './words.js';

const ATTEMPTS = 4;
const MAX_WAIT_SECONDS = 5;
const BUSY = 503;

/** Of the guest's scores, whatever the model's own are. */
export const MAX_SCORE = 255;

/** One of the best classes. */
export interface Class {
  label: string;
  /** From 0 to {@link MAX_SCORE}. */
  score: number;
}

/** Milliseconds in the server. */
export interface Timings {
  queueMs: number;
  instantiateMs: number;
  executeMs: number;
  /** Of `executeMs`; absent where the guest runs in a process that does not tell. */
  inferenceMs?: number;
  totalMs: number;
}

/** How a picture was classified. */
export interface Classification {
  topK: readonly Class[];
  timings: Timings;
  /** From the request to its answer, as this page saw it, loading included. */
  roundTripMs: number;
  /** How long it waited for its isolation to be loaded. */
  loadMs: number;
}

/**
 * Asks the server, again where it is busy.
 *
 * @throws {Refusal} In the server's words where it has some. `signal`'s reason where it aborts.
 */
export async function classify(
  jpeg: Blob,
  isolation: string,
  signal: AbortSignal,
): Promise<Classification> {
  for (let attempt = 1; ; attempt++) {
    const begin = performance.now();
    const response = await post(jpeg, isolation, signal);
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

async function post(jpeg: Blob, isolation: string, signal: AbortSignal): Promise<Response> {
  const query = new URLSearchParams({ format: 'json', isolation });
  try {
    return await fetch(`classify?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: jpeg,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    return unreachable(error);
  }
}

function unreachable(error: unknown): never {
  console.info(error);
  throw new Refusal('The server does not answer. Is it still running?', { isTemporary: true });
}

function answerOf(text: string): Pick<Classification, 'topK' | 'timings'> {
  try {
    return JSON.parse(text) as Classification;
  } catch {
    throw new Refusal('The server has answered something else than JSON.');
  }
}

/** RFC 9457, or what stands between here and the server has answered. */
function problemOf(status: number, text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // No problem in JSON.
  }
  return `The server has answered with status ${status}.`;
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
