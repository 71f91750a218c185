import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import type { InvocationRecord } from '../lambda/types.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BYTES = [1e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7];

/** The metrics for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'status'>;
  readonly #durations: Histogram<'route'>;
  readonly #stages: Histogram<'stage' | 'isolation'>;
  readonly #pictures: Histogram;
  #text: Promise<string> | undefined;

  /** @param inFlight Returns the number of requests in progress. */
  constructor(inFlight: () => number) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'wasmedge_embed_requests_total',
      help: 'Answered requests, by route and HTTP status.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'wasmedge_embed_request_duration_seconds',
      help: 'Time from the end of the headers of a request to the end of the response.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.#stages = new Histogram({
      name: 'wasmedge_embed_stage_duration_seconds',
      help: 'Time of the parts of an invocation: decode (the body), queue, instantiate, execute, and inference (included in execute).',
      labelNames: ['stage', 'isolation'],
      buckets: SECONDS,
      registers,
    });
    this.#pictures = new Histogram({
      name: 'wasmedge_embed_picture_bytes',
      help: 'Sizes of the pictures.',
      buckets: BYTES,
      registers,
    });
    new Gauge({
      name: 'wasmedge_embed_requests_in_flight',
      help: 'Accepted requests that have not been answered yet.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#durations.observe({ route }, seconds);
  }

  invocation({ decodeMs, isolation, pictureBytes, timings }: InvocationRecord): void {
    if (pictureBytes > 0) this.#pictures.observe(pictureBytes);
    const parts: Record<string, number> = { decodeMs, ...timings };
    for (const [name, milliseconds] of Object.entries(parts)) {
      this.#stages.observe({ stage: name.replace(/Ms$/, ''), isolation }, milliseconds / 1000);
    }
  }

  /** The text for Prometheus. Concurrent requests share the same text. */
  text(): Promise<string> {
    this.#text ??= this.#registry.metrics().finally(() => {
      this.#text = undefined;
    });
    return this.#text;
  }

  close(): void {
    this.#registry.clear();
  }
}
