import { execFile } from 'node:child_process';
import type { ExecFileOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { reasonOf } from '../../support/errors.js';

import { Unavailable } from './definition.js';

const run = promisify(execFile);

/** A program of the benchmark that is compiled from the repository's sources. */
export interface LocalBuild {
  /** What is built, as the progress shows it. */
  title: string;
  language: string;
  /** A file or folder among its sources. The package does not contain them. */
  source: string;
  /** The beginning of the error message if a command fails: what the build requires. */
  failure: string;
  commands: () => (readonly [command: string, args: string[], options?: ExecFileOptions])[];
  /** The resulting program. */
  program: string;
}

/**
 * Returns a function that builds the program, once per benchmark run, and returns its file. This
 * takes no time if it is up to date. Throws `Unavailable` if it cannot be built.
 */
export function localBuild(
  build: LocalBuild,
): (progress: (what: string) => void) => Promise<string> {
  let built: Promise<string> | undefined;
  return (progress) => (built ??= compile(build, progress));
}

async function compile(
  { title, language, source, failure, commands, program }: LocalBuild,
  progress: (what: string) => void,
): Promise<string> {
  if (!existsSync(source)) {
    throw new Unavailable(
      `Its ${language} sources are in the repository only, not in the package.`,
    );
  }
  progress(`building ${title}`);
  try {
    for (const [command, args, options] of commands()) {
      await run(command, args, { maxBuffer: 64 << 20, ...options });
    }
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
    throw new Unavailable(`${failure} ${said || reasonOf(error)}`);
  }
  return program;
}
