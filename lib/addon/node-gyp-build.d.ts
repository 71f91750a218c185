declare module 'node-gyp-build' {
  /**
   * Loads the addon below a package's root: its own build, otherwise the prebuild for this
   * platform.
   */
  function load(root: string): unknown;
  namespace load {
    /** The addon's path. Throws if there is none. */
    function path(root: string): string;
  }
  export = load;
}
