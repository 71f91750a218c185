import { FAMILIES, compareVersions } from './symbol-versions.js';
import type { Family, NeededVersions } from './symbol-versions.js';

/** A system that a bundle can be made for. */
export interface Target {
  title: string;
  /** The newest symbol versions that its libraries provide. */
  has: Readonly<Record<Family, string>>;
  /** Whether Lambda's limit on the unpacked size applies there. */
  lambda: boolean;
}

/**
 * What each system provides. glibc: the distribution's package. libstdc++: the version of its
 * package libstdc++6 (Debian, Ubuntu) or libstdc++ (Amazon Linux); the libstdc++ manual, "ABI
 * Policy and Guidelines", lists symbol versions by GCC release. GCC 11 has GLIBCXX_3.4.29 and
 * CXXABI_1.3.13, 12 has 3.4.30, 14 has 3.4.33 and 1.3.15. The system's version counts although a
 * bundle contains its own: Node.js has loaded the system's before, and a process has only one.
 */
export const TARGETS = {
  'amazon-linux-2023': {
    title: 'Amazon Linux 2023 (nodejs22.x, nodejs24.x)',
    // glibc 2.34 (User Guide of Amazon Linux 2023, "Core glibc"), GCC 11.
    has: { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13' },
    lambda: true,
  },
  'debian-12': {
    title: 'Debian 12',
    // libc6 2.36, libstdc++6 12.2.
    has: { GLIBC: '2.36', GLIBCXX: '3.4.30', CXXABI: '1.3.13' },
    lambda: false,
  },
  'debian-13': {
    title: 'Debian 13',
    // libc6 2.41, libstdc++6 14.2.
    has: { GLIBC: '2.41', GLIBCXX: '3.4.33', CXXABI: '1.3.15' },
    lambda: false,
  },
  'ubuntu-22.04': {
    title: 'Ubuntu 22.04',
    // libc6 2.35, libstdc++6 12.3.
    has: { GLIBC: '2.35', GLIBCXX: '3.4.30', CXXABI: '1.3.13' },
    lambda: false,
  },
  'ubuntu-24.04': {
    title: 'Ubuntu 24.04',
    // libc6 2.39, libstdc++6 14.2.
    has: { GLIBC: '2.39', GLIBCXX: '3.4.33', CXXABI: '1.3.15' },
    lambda: false,
  },
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof TARGETS;
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];

/** 250 MB, as AWS counts them: the message of its API says 262144000 bytes. */
export const LAMBDA_BYTES = 250 * 2 ** 20;

/** Why a system cannot load something that requires these versions; empty if it can. */
export function missingVersions({ title, has }: Target, needed: NeededVersions): string[] {
  return FAMILIES.flatMap((family) => {
    const need = needed[family];
    return need && compareVersions(need.version, has[family]) > 0
      ? [`${need.file} needs ${family}_${need.version}, and ${title} has ${family}_${has[family]}`]
      : [];
  });
}

/** The systems that can load something that requires these versions. */
export function suitableTargets(needed: NeededVersions): TargetName[] {
  return TARGET_NAMES.filter((name) => missingVersions(TARGETS[name], needed).length === 0);
}
