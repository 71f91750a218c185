import { createRequire } from 'node:module';

/** A process of the same Node.js, Bun, Deno or Electron, for `spawn`. */
export interface NodeProcess {
  file: string;
  args: string[];
  /** Variables that it needs in addition to those of this process. */
  env: Record<string, string>;
}

/**
 * A process that runs a script of this package: without warnings, and with the loader by which
 * Yarn's Plug'n'Play finds packages if there is no node_modules. Yarn itself uses NODE_OPTIONS for
 * that, which not every process gets.
 *
 * @param script Pass `require.resolve('./…')` directly, so that tools that trace files include the
 *   script and everything that it needs.
 */
export function nodeProcess(script: string, ...args: readonly string[]): NodeProcess {
  const { pnp, electron } = process.versions;
  return {
    file: process.execPath,
    args: ['--no-warnings', ...(pnp === undefined ? [] : ['--require', loader()]), script, ...args],
    // Without it, Electron's program would start the application again.
    env: electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
  };
}

/** A module with this name exists only in Plug'n'Play projects. */
function loader(): string {
  return createRequire(__filename).resolve('pnpapi');
}
