import { availableParallelism } from 'node:os';

import { integer, optionsObject } from '../../options/validation.js';

/** The resolved option `workerProcess`. */
export interface WorkerProcessSettings {
  workers: number;
  recycleAfterRuns: number;
  recycleAboveBytes: number;
  graceMs: number;
  unresponsiveMs: number;
}

const ANY = Number.MAX_SAFE_INTEGER;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Validates the option `workerProcess`. */
export function workerProcessSettings(option: unknown, concurrency: number): WorkerProcessSettings {
  const given = optionsObject('workerProcess', option, [
    'workers',
    'recycleAfterRuns',
    'recycleAboveBytes',
    'graceMs',
    'unresponsiveMs',
  ]);
  const within = (name: keyof WorkerProcessSettings, min: number, max: number, fallback: number) =>
    integer(`workerProcess.${name}`, given[name], { min, max, fallback });
  const workers = within('workers', 1, 256, Math.min(concurrency, availableParallelism()));
  return {
    // More processes than concurrent invocations would only be idle.
    workers: Math.min(workers, concurrency),
    recycleAfterRuns: within('recycleAfterRuns', 1, ANY, ANY),
    recycleAboveBytes: within('recycleAboveBytes', 1, ANY, ANY),
    graceMs: within('graceMs', 0, DAY_MS, 1000),
    unresponsiveMs: within('unresponsiveMs', 1000, DAY_MS, 10_000),
  };
}
