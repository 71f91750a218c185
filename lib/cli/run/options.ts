import { InvalidArgumentError } from 'commander';

import type { HostDirectoryOptions } from '../../options/types.js';

type Directories = Record<string, HostDirectoryOptions>;

const WRITABLE = ':rw';
const SEPARATOR = '::';

/** Parses `HOST[::GUEST][:rw]`; the last `::` divides, so that a host's path may have some as well. */
export function collectDirectory(value: string, others: Directories = {}): Directories {
  const write = value.endsWith(WRITABLE);
  const names = write ? value.slice(0, -WRITABLE.length) : value;
  const at = names.lastIndexOf(SEPARATOR);
  const path = at < 0 ? names : names.slice(0, at);
  const guest = at < 0 ? names : names.slice(at + SEPARATOR.length);
  if (path === '' || guest === '') {
    throw new InvalidArgumentError('Expected HOST or HOST::GUEST, optionally followed by :rw.');
  }
  if (Object.hasOwn(others, guest)) {
    throw new InvalidArgumentError(`The guest already has a folder '${guest}'.`);
  }
  return { ...others, [guest]: { path, write } };
}

/** Takes one more argument as it is. */
export function collectArgument(value: string, others: readonly string[] = []): string[] {
  return [...others, value];
}

/** Parses the name of a folder in memory. */
export function collectScratch(value: string, others: readonly string[] = []): string[] {
  if (value === '') throw new InvalidArgumentError('Expected the name of a folder.');
  return [...others, value];
}

/** Parses `NAME=VALUE`, or `NAME`, whose value is this process's own; without one it is left out. */
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
