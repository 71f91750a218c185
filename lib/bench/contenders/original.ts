// What this package replaces: a handler that spawns `wasmedge` for every request, a picture as
// hexadecimal text on standard input. Written like such handlers, without our runners.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { reasonOf } from '../../support/errors.js';

import type { Answer, Mark, Workload } from './workload.js';

export interface OriginalSettings {
  /** The `wasmedge` program, and its arguments up to the guest. */
  command: string;
  args: string[];
  env: Record<string, string>;
  /** For a guest that only copies its input: so many bytes of the picture, as they are. */
  copiedBytes?: number;
}

// eslint-disable-next-line @typescript-eslint/require-await -- it is a contender's `create`
export async function create(settings: OriginalSettings, mark: Mark): Promise<Workload> {
  mark('require node:child_process');
  return {
    async run(picture): Promise<Answer> {
      const { copiedBytes } = settings;
      const input =
        copiedBytes === undefined
          ? Buffer.from(picture).toString('hex')
          : picture.subarray(0, copiedBytes);
      const begin = performance.now();
      const sentence = await answerOf(settings, input).catch(async (error: unknown) => {
        throw new Error(reasonOf(error) + (await plugInsLog(settings, input)), { cause: error });
      });
      const partsMs = { process: performance.now() - begin };
      const label = /<a href='[^']*'>(.*)<\/a>/.exec(sentence)?.[1];
      return label === undefined ? { partsMs } : { label, partsMs };
    },
    close: () => Promise.resolve(),
  };
}

/** What the plug-ins log in another attempt: WasmEdge does not say why one of their functions failed. */
async function plugInsLog(settings: OriginalSettings, input: string | Uint8Array): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-bench-'));
  const log = path.join(folder, 'plug-ins.log');
  try {
    const env = { ...settings.env, WASMEDGE_EMBED_LOG: log };
    await answerOf({ ...settings, env }, input).catch(() => undefined);
    return existsSync(log) ? readFileSync(log, 'utf8').slice(-500) : '';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answerOf(
  { command, args, env }: OriginalSettings,
  input: string | Uint8Array,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env } });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    // The guest may end before it has read everything; its exit code shows the outcome.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString();
      if (code === 0) resolve(text);
      else reject(new Error(`${command} exited with ${String(code)}: ${text.slice(-500)}`));
    });
    child.stdin.end(input);
  });
}
