import assert from 'node:assert/strict';

import type { LoadOptions, RunOptions } from 'wasmedge-embed';

import { rustGuest } from './paths.js';
import { complaintOf, outputOf } from './run-guest.js';

export const CLASSIFIER = rustGuest('image-classification');

type Source = NonNullable<LoadOptions['models']>[string];

/** What the classification guest prints for a picture with this model. */
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

/** The best classes, as the guest tells them in JSON. */
export async function topClasses(
  model: Source,
  picture: NonNullable<RunOptions['stdin']>,
  count: number,
): Promise<Class[]> {
  const args = ['--format', 'json', '--top-k', String(count)];
  return parseTopK(await classify(model, picture, args));
}

/** Reads the guest's line of JSON. */
export function parseTopK(line: string): Class[] {
  assert.match(line, /^\{.*\}\n$/);
  return (JSON.parse(line) as { topK: Class[] }).topK;
}

/** The scores by class, where all of them were asked for. */
export function byClass(classes: readonly Class[]): number[] {
  return [...classes].sort((a, b) => a.index - b.index).map(({ score }) => score);
}

/** The one line with which the guest refuses, under this exit code. */
export function refusal(
  exitCode: number,
  model: Source,
  picture: NonNullable<RunOptions['stdin']>,
  args: readonly string[] = [],
): Promise<string> {
  const load = { models: { default: model } };
  return complaintOf(exitCode, CLASSIFIER, load, { stdin: picture, args });
}
