/**
 * Node's own arguments for a process that runs a script of this package: quiet, and with the loader
 * by which Yarn's Plug'n'Play finds packages where there is no node_modules. Its own way is
 * NODE_OPTIONS, which not every process is given.
 */
export function nodeArguments(): string[] {
  const { pnp } = process.versions;
  // A module by this name is there in such a project alone.
  return pnp === undefined
    ? ['--no-warnings']
    : ['--no-warnings', '--require', require.resolve('pnpapi')];
}
