declare module 'node-gyp-build' {
  /** Loads the addon below a package's root: its own build, else the prebuild for this platform. */
  function load(root: string): unknown;
  export = load;
}
