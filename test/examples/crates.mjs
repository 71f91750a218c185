import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../scripts/setup/paths.mjs';

/** The folders of the examples that are Rust crates, each a separate workspace. */
export function exampleCrates() {
  return readdirSync(path.join(root, 'examples'))
    .map((name) => path.join(root, 'examples', name))
    .filter((folder) => existsSync(path.join(folder, 'Cargo.toml')));
}
