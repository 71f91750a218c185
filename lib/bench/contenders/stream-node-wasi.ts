// Node.js itself: node:wasi reads and writes descriptors, so streams need a process and pipes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { Counter, source } from './stream-ends.js';
import { STREAM_GUEST } from './stream-guest.js';
import type { Workload } from './workload.js';

export function create(): Promise<Workload> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-bench-'));
  const file = path.join(folder, 'stream.wasm');
  writeFileSync(file, STREAM_GUEST);
  return Promise.resolve({
    run: async () => {
      const program = path.join(__dirname, 'node-wasi-program.js');
      const child = spawn(process.execPath, ['--no-warnings', program, file], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const stdout = new Counter();
      await Promise.all([
        once(child, 'exit'),
        pipeline(source(), child.stdin),
        pipeline(child.stdout, stdout),
      ]);
      stdout.requireAll();
      return {};
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}
