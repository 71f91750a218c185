import { InvalidArgumentError } from 'commander';

import type { HostDirectoryOptions } from '../../options/types.js';

type Directories = Record<string, HostDirectoryOptions>;

const WRITABLE = ':rw';
const COPIED = ':copy';
const SEPARATOR = '::';

/**
 * Parses `HOST[::GUEST][:rw|:copy]`; the last `::` is the separator, so that a host path may contain
 * `::` as well.
 */
export function collectDirectory(value: string, others: Directories = {}): Directories {
  const ending = [WRITABLE, COPIED].find((each) => value.endsWith(each)) ?? '';
  const names = value.slice(0, value.length - ending.length);
  const at = names.lastIndexOf(SEPARATOR);
  const path = at < 0 ? names : names.slice(0, at);
  const guest = at < 0 ? names : names.slice(at + SEPARATOR.length);
  if (path === '' || guest === '') {
    throw new InvalidArgumentError(
      'Expected HOST or HOST::GUEST, optionally followed by :rw or :copy.',
    );
  }
  if (Object.hasOwn(others, guest)) {
    throw new InvalidArgumentError(`The guest already has a folder '${guest}'.`);
  }
  const write = ending === COPIED ? 'copy' : ending === WRITABLE;
  return { ...others, [guest]: { path, write } };
}

/** Collects one more argument unchanged. */
export function collectArgument(value: string, others: readonly string[] = []): string[] {
  return [...others, value];
}

/** Parses the name of a folder in memory. */
export function collectScratch(value: string, others: readonly string[] = []): string[] {
  if (value === '') throw new InvalidArgumentError('Expected the name of a folder.');
  return [...others, value];
}

/**
 * Parses `NAME=VALUE`, or `NAME`, for this process's own value; it is left out if there is none.
 */
export function collectVariable(
  value: string,
  others: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = value.indexOf('=');
  const name = at < 0 ? value : value.slice(0, at);
  if (name === '') throw new InvalidArgumentError('Expected NAME=VALUE or NAME.');
  const own = at < 0 ? process.env[name] : value.slice(at + 1);
  return own === undefined ? { ...others } : { ...others, [name]: own };
}
