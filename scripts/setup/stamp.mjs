import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { filesBelow, sha256, sha256OfFile } from './files.mjs';
import { root, setupFolder } from './paths.mjs';
import { ask } from './processes.mjs';

/**
 * A digest of what a step depends on.
 *
 * @param {string[]} sources files and folders, relative to the root of the repository; a missing one counts as such
 * @param {unknown[]} facts anything else: versions, options; must survive JSON
 */
export function digestOf(sources, facts = []) {
  const files = sources.flatMap((source) => {
    const full = path.join(root, source);
    const below = statSync(full, { throwIfNoEntry: false })?.isDirectory()
      ? filesBelow(full)
      : [full];
    return below.map((file) => [path.relative(root, file), sha256OfFile(file) ?? null]);
  });
  return sha256(JSON.stringify([files, facts]));
}

/**
 * The digests of programs and libraries, and of all that they are linked with. If that cannot be found out, a fact of
 * this clone alone.
 *
 * @param {(string | undefined)[]} files
 */
export async function digestsOfLinked(files) {
  const linked = await Promise.all(files.map((file) => file && ask('ldd', [file])));
  if (linked.some((text) => !text)) return root;
  const libraries = linked.flatMap((text) => text.match(/\/\S+/g) ?? []);
  return [...new Set([...files, ...libraries])].sort().map(sha256OfFile);
}

/** Records with which inputs a step produced which outputs, and detects when either has changed. */
export class Stamp {
  #file;

  constructor(name) {
    this.#file = path.join(setupFolder, 'stamps', `${name}.json`);
  }

  /** Whether the step was completed with these inputs and its outputs are unchanged. */
  matches(digest, outputs) {
    let saved;
    try {
      saved = JSON.parse(readFileSync(this.#file, 'utf8'));
    } catch {
      // Missing or unreadable: in both cases the step runs and writes it again.
      return false;
    }
    const now = outputs.map(stateOf);
    return (
      saved.digest === digest &&
      !now.includes(null) &&
      JSON.stringify(saved.outputs) === JSON.stringify(now)
    );
  }

  /**
   * Must be called before the step starts: an interrupted step must not look like a completed one.
   */
  clear() {
    rmSync(this.#file, { force: true });
  }

  save(digest, outputs) {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ digest, outputs: outputs.map(stateOf) }));
  }
}

function stateOf(file) {
  const state = statSync(file, { throwIfNoEntry: false });
  return state ? [path.relative(root, file), state.size, state.mtimeMs] : null;
}
