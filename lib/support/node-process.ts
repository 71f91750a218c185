import { createRequire } from 'node:module';

/** A process of this very Node.js, Bun, Deno or Electron, for `spawn`. */
export interface NodeProcess {
  file: string;
  args: string[];
  /** Variables that it needs beside those of this process. */
  env: Record<string, string>;
}

/**
 * The process that runs a script of this package: quiet, and with the loader by which Yarn's
 * Plug'n'Play finds packages where there is no node_modules. Its own way is NODE_OPTIONS, which not
 * every process is given.
 *
 * @param script By `require.resolve('./…')` in place, so that what traces files takes along the script
 *   and all that it needs.
 */
export function nodeProcess(script: string, ...args: readonly string[]): NodeProcess {
  const { pnp, electron } = process.versions;
  return {
    file: process.execPath,
    args: ['--no-warnings', ...(pnp === undefined ? [] : ['--require', loader()]), script, ...args],
    // Without it Electron's program would start the application once more.
    env: electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
  };
}

/** A module by this name is there in a project of Plug'n'Play alone. */
function loader(): string {
  return createRequire(__filename).resolve('pnpapi');
}
