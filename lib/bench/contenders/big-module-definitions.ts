import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { addon } from '../../addon/native.js';
import { onProcessExit } from '../../support/process-exit.js';
import { megabytes } from '../format.js';
import { root } from '../places.js';

import type { BigModuleSettings } from './big-module.js';
import type { Definition } from './definition.js';
import { generatedModule } from './generated-module.js';
import { childCommands } from './run-child.js';

/** From loading a module that was never compiled to its first result. */
export const bigModule: Definition[] = [
  definition('background', "wasmedge-embed, aot: 'background'"),
  definition('auto', "wasmedge-embed, aot: 'auto': compiled first", 1),
  definition('off', "wasmedge-embed, aot: 'off'"),
  definition('node:wasi', 'node:wasi'),
];

type Program = Omit<BigModuleSettings, 'how'> & { note: string };

function definition(how: BigModuleSettings['how'], title: string, mostRounds?: number): Definition {
  return {
    name: `big-module-${how.replace(':', '-')}`,
    title,
    workload: 'big-module',
    group: how === 'node:wasi' ? 'peer' : 'embedded',
    prepare: async ({ pictures, generatedFunctions }) => {
      const { note, ...program } = php() ?? generated(generatedFunctions);
      return {
        ...childCommands('big-module.js', { how, ...program }, pictures),
        versions:
          how === 'node:wasi'
            ? { 'Node.js': process.versions.node }
            : { WasmEdge: (await addon().runtime()).version },
        installed: [],
        notes: [note],
        ...(mostRounds !== undefined && { mostRounds }),
      };
    },
  };
}

/** The program fetched by `npm run programs`. */
function php(): Program | undefined {
  const file = path.join(root, 'build', 'programs', 'php-cgi-8.2.0.wasm');
  if (!existsSync(file)) return undefined;
  return {
    file,
    args: ['-q', '/in/sum.php'],
    files: { 'sum.php': '<?php echo array_sum(range(1, 10));' },
    answer: '55',
    note: 'PHP 8.2, 13 MB, runs a script.',
  };
}

let written: { file: string; bytes: number } | undefined;

function generated(functions: number): Program {
  if (written === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-bench-'));
    onProcessExit(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const content = generatedModule(functions);
    written = { file: path.join(folder, 'generated.wasm'), bytes: content.length };
    writeFileSync(written.file, content);
  }
  const { file, bytes } = written;
  const note =
    `A generated module of ${megabytes(bytes)} MB, because PHP is missing ` +
    "('npm run programs' fetches it).";
  return { file, args: [], files: {}, answer: '', note };
}
