import path from 'node:path';

import {
  elementsOf,
  entriesOf,
  nonEmptyText,
  optionsObject,
  refuse,
} from '../options/validation.js';
import { printable } from '../support/printable.js';
import type { NativeFolder } from '../addon/native.js';

/** The folders of a module's guests: host folders first, in the caller's order. */
export type FolderSettings = readonly NativeFolder[];

/** Validates the options `directories` and `scratch`; opens nothing yet. */
export function folderSettings(directories: unknown, scratch: unknown): FolderSettings {
  const hosts = directories === undefined ? [] : entriesOf('directories', directories);
  const names = scratch === undefined ? [] : elementsOf('scratch', scratch, 'an array of paths');
  return [
    ...hosts.map(([name, source]) => hostFolder(name, source)),
    ...names.map((name, index) => ({ name: folderName(`scratch[${index}]`, name) })),
  ];
}

/** Whether a folder replaces the guest's file tree, so that there is no such tree. */
export function hasRoot(folders: FolderSettings): boolean {
  return folders.some(({ name }) => name === '/' || name === '.');
}

function hostFolder(name: string, source: unknown): NativeFolder {
  const where = `directories['${printable(name, 100)}']`;
  const given =
    typeof source === 'string' ? { path: source } : optionsObject(where, source, ['path', 'write']);
  const write = 'write' in given ? given.write : undefined;
  if (write !== undefined && write !== 'copy' && typeof write !== 'boolean') {
    refuse(`${where}.write`, "true, false or 'copy'", write);
  }
  return {
    name: folderName('a name in directories', name),
    // Resolved now: a worker process may be started later.
    path: path.resolve(nonEmptyText(`${where}.path`, given.path)),
    write: write === true,
    copy: write === 'copy',
  };
}

function folderName(where: string, value: unknown): string {
  const name = nonEmptyText(where, value);
  if (name === '/' || name === '.') return name;
  const names = (name.startsWith('/') ? name.slice(1) : name).split('/');
  if (names.some((each) => each === '' || each === '.' || each === '..')) {
    refuse(
      where,
      "a path in the guest, such as '/data', without empty names, '.' and '..', and without a '/' at its end",
      name,
    );
  }
  if (names[0] === 'models') {
    refuse(where, "outside '/models', which the option 'models' fills", name);
  }
  return name;
}
