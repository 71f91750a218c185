// A large module that was never loaded before, from loading it to its first result.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { loadModule as LoadModule } from '../../module/load-module.js';

import type { Workload } from './workload.js';

export interface BigModuleSettings {
  /** How to run it; `node:wasi` in a separate process. */
  how: 'background' | 'auto' | 'off' | 'node:wasi';
  file: string;
  args: string[];
  /** Files that it reads, by their names in `/in`. */
  files: Record<string, string>;
  answer: string;
}

const load = createRequire(__filename);

export function create({ how, file, args, files, answer }: BigModuleSettings): Promise<Workload> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-bench-'));
  // Empty, since each load must be the first one.
  const cache = path.join(folder, 'cache');
  process.env['WASMEDGE_EMBED_CACHE'] = cache;
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), content);
  }
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  const answered = async (): Promise<string> => {
    if (how === 'node:wasi') {
      const program = path.join(__dirname, 'node-wasi-program.js');
      const folders = JSON.stringify({ '/in': folder });
      const given = ['--no-warnings', program, file, folders, ...args];
      return execFileSync(process.execPath, given).toString();
    }
    const module = await loadModule(file, { aot: how, directories: { '/in': folder } });
    const { stdout } = await module.run({ args });
    closing = module.close();
    return stdout.toString();
  };
  let closing: Promise<void> | undefined;
  return Promise.resolve({
    run: async () => {
      await closing;
      rmSync(cache, { recursive: true, force: true });
      const given = await answered();
      if (given !== answer) throw new Error(`It answered ${JSON.stringify(given)}.`);
      return {};
    },
    close: async () => {
      await closing;
      rmSync(folder, { recursive: true, force: true });
    },
  });
}
