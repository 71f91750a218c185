import type { Timings } from './ask.js';

/** A part of the time in the server. */
export interface Stage {
  /** The name of its colour in the style sheet. */
  kind: 'decode' | 'inference' | 'overhead' | 'process';
  name: string;
  milliseconds: number;
}

/**
 * How the time was spent. The guest's own code does little besides decoding the picture; in a
 * separate process this cannot be measured.
 */
export function stagesOf({ executeMs, inferenceMs, totalMs }: Timings): Stage[] {
  const overhead: Stage = {
    kind: 'overhead',
    name: 'Overhead',
    milliseconds: Math.max(0, totalMs - executeMs),
  };
  if (inferenceMs === undefined) {
    const name = 'Process, decode and inference';
    return [{ kind: 'process', name, milliseconds: executeMs }, overhead];
  }
  const decodeMs = Math.max(0, executeMs - inferenceMs);
  return [
    { kind: 'decode', name: 'Decode', milliseconds: decodeMs },
    { kind: 'inference', name: 'Inference', milliseconds: inferenceMs },
    overhead,
  ];
}
