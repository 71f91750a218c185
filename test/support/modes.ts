/** Both ways of running a plain module: the option that selects it, and its name. */
export const MODES = [
  { aot: 'auto', mode: 'aot' },
  { aot: 'off', mode: 'interpreter' },
] as const;
