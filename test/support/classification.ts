import assert from 'node:assert/strict';

import type { LoadOptions, RunOptions } from 'wasmedge-embed';

import { rustGuest } from './paths.js';
import { complaintOf, outputOf } from './run-guest.js';

export const CLASSIFIER = rustGuest('image-classification');

type Source = NonNullable<LoadOptions['models']>[string];

/** The output of the classification guest for a picture with this model. */
export async function classify(
  model: Source,
  picture: NonNullable<RunOptions['stdin']>,
  args: readonly string[] = [],
): Promise<string> {
  const load = { models: { default: model } };
  return (await outputOf(CLASSIFIER, load, { stdin: picture, args })).toString();
}

export interface Class {
  index: number;
  label: string;
  score: number;
}

/** The best classes, from the guest's JSON. */
export async function topClasses(
  model: Source,
  picture: NonNullable<RunOptions['stdin']>,
  count: number,
): Promise<Class[]> {
  const args = ['--format', 'json', '--top-k', String(count)];
  return parseTopK(await classify(model, picture, args));
}

/** Parses the guest's line of JSON. */
export function parseTopK(line: string): Class[] {
  assert.match(line, /^\{.*\}\n$/);
  return (JSON.parse(line) as { topK: Class[] }).topK;
}

/** The scores by class, if all of them were requested. */
export function byClass(classes: readonly Class[]): number[] {
  return [...classes].sort((a, b) => a.index - b.index).map(({ score }) => score);
}

/** The single line with which the guest rejects a picture, with this exit code. */
export function refusal(
  exitCode: number,
  model: Source,
  picture: NonNullable<RunOptions['stdin']>,
  args: readonly string[] = [],
): Promise<string> {
  const load = { models: { default: model } };
  return complaintOf(exitCode, CLASSIFIER, load, { stdin: picture, args });
}
