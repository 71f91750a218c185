import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';

import { EmulatedFunction, listening } from './lambda-emulator.js';
import { ROOT } from './paths.js';

/** The emulator's port: the tests have a separate network, so it is free. */
export const EMULATOR_PORT = 8080;

function commandOf(
  options: readonly string[],
  variable = 'WASMEDGE_EMBED_CONTAINER_IMAGE',
): [string, string[]] {
  const tag = process.env[variable];
  assert.ok(tag, "Run these tests with 'npm run test:container'.");
  const script = path.join(ROOT, 'scripts', 'container.mjs');
  return [process.execPath, [script, 'run', '--tag', tag, ...options]];
}

/** Runs a script in a shell of the image, as the image's user, and returns its output. */
export async function shellInImage(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    ...commandOf(['--entrypoint', '/bin/sh', '--', '-ec', script]),
  );
  return stdout;
}

/** Runs a script in a shell of the dev container, as its user, and returns its output. */
export async function shellInDevContainer(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    ...commandOf(
      ['--entrypoint', '/bin/bash', '--', '-ec', script],
      'WASMEDGE_EMBED_DEV_CONTAINER_IMAGE',
    ),
  );
  return stdout;
}

/** Runs the unchanged image while `use` works; `output` returns everything it wrote. */
export async function withImage<T>(
  variables: Readonly<Record<string, string>>,
  use: (output: () => string, child: ChildProcess) => Promise<T>,
): Promise<T> {
  const environment = Object.entries(variables).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ]);
  const child = spawn(...commandOf(environment), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const ended = once(child, 'close');
  const early = ended.then(() => {
    throw new Error('The container has ended.');
  });
  early.catch(() => undefined);
  try {
    return await Promise.race([use(() => output, child), early]);
  } catch (error) {
    console.error(output);
    throw error;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** The same behind the emulator in the image. */
export function withEmulatedImage<T>(
  variables: Readonly<Record<string, string>>,
  use: (emulated: EmulatedFunction) => Promise<T>,
): Promise<T> {
  return withImage(variables, async (output, child) => {
    await listening(EMULATOR_PORT, child);
    return use(new EmulatedFunction(`http://localhost:${EMULATOR_PORT}`, '', output));
  });
}
