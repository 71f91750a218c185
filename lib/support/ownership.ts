import type { Stats } from 'node:fs';

/** The user as whom this process makes and opens files; 0 where there are none. */
export function effectiveUser(): number {
  return process.geteuid?.() ?? 0;
}

/**
 * Why a file or folder is not this user's alone, in words for people; null where it is. What root
 * made, as images have it, is as good: root may do anything in any case.
 */
export function foreignness({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): string | null {
  if (uid !== effectiveUser() && uid !== 0) return `it belongs to another user (${uid})`;
  if ((mode & 0o022) !== 0) return 'others may write to it';
  return null;
}
