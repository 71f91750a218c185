import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Folders of native/ that are not in the core. */
const OTHERS = new Set(['bench', 'bindings', 'fuzz', 'plugin', 'test']);

/**
 * The archive of the addon's own code, if it was built in this clone since its sources changed. It
 * is never built here: its tree is the addon's, and may be in use.
 *
 * @param root Of the repository.
 */
export function addonCore(root: string): string | undefined {
  const archive = path.join(root, 'build', 'native', 'plugin', 'libcore_archive.a');
  const built = statSync(archive, { throwIfNoEntry: false });
  if (!built) return undefined;
  const sources = path.join(root, 'native');
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  const isCurrent = names
    .filter((name) => /\.(cc|h)$/.test(name) && !OTHERS.has(name.split(path.sep)[0] ?? ''))
    .every((name) => statSync(path.join(sources, name)).mtimeMs <= built.mtimeMs);
  return isCurrent ? archive : undefined;
}
