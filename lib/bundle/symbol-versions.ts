import type { Library } from './libraries.js';

/** The system libraries that a bundle depends on, by the prefix of their symbol versions. */
export const FAMILIES = ['GLIBC', 'GLIBCXX', 'CXXABI'] as const;
export type Family = (typeof FAMILIES)[number];

/** The newest required version of a family, and the file that requires it. */
export interface NeededVersion {
  version: string;
  file: string;
}

export type NeededVersions = Partial<Record<Family, NeededVersion>>;

/**
 * Names that stand for a feature of glibc's loader, and the version that introduced it (glibc's
 * NEWS). One that is not listed here is newer than all of these.
 */
const ABILITIES: Readonly<Record<string, string>> = { GLIBC_ABI_DT_RELR: '2.36' };
const NEWER_ABILITY = '2.42';

/** The newest symbol versions that these libraries require from the system. */
export function newestVersions(
  libraries: Iterable<Pick<Library, 'name' | 'object'>>,
): NeededVersions {
  const newest: NeededVersions = {};
  for (const { name: file, object } of libraries) {
    for (const { version: name } of object.versions) {
      const [family, version] = split(name) ?? [];
      if (family === undefined || version === undefined) continue;
      const before = newest[family];
      if (!before || compareVersions(version, before.version) > 0) {
        newest[family] = { version, file };
      }
    }
  }
  return newest;
}

/** Negative if `a` is older than `b`, positive if it is newer. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function split(name: string): [Family, string] | undefined {
  if (name.startsWith('GLIBC_ABI_')) return ['GLIBC', ABILITIES[name] ?? NEWER_ABILITY];
  // Others, such as CXXABI_FLOAT128, are older than any supported system.
  const [, family, version] = /^([A-Z]+)_(\d+(?:\.\d+)*)$/.exec(name) ?? [];
  const known = FAMILIES.find((each) => each === family);
  return known && version !== undefined ? [known, version] : undefined;
}
