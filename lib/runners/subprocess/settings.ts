import { nonEmptyText, optionsObject } from '../../options/validation.js';

/** The validated option `subprocess`. */
export interface SubprocessSettings {
  /** WasmEdge's program; undefined to look for it. */
  program: string | undefined;
  /** The folder of our plug-ins; undefined for the package's own. */
  plugins: string | undefined;
}

/** Validates the option `subprocess`. */
export function subprocessSettings(option: unknown): SubprocessSettings {
  const given = optionsObject('subprocess', option, ['program', 'plugins']);
  const path = (name: keyof SubprocessSettings): string | undefined =>
    given[name] === undefined ? undefined : nonEmptyText(`subprocess.${name}`, given[name]);
  return { program: path('program'), plugins: path('plugins') };
}
