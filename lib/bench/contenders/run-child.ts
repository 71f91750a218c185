import path from 'node:path';

import type { Command } from './definition.js';
import type { ProcessSettings } from './workload.js';

/** How to start a contender written in JavaScript. */
export function runChild(
  module: string,
  settings: object,
  { pictures, coldStart = false }: { pictures: string[]; coldStart?: boolean },
): Command {
  const given: ProcessSettings = {
    module: path.join(__dirname, module),
    settings,
    pictures,
    ...(coldStart && { coldStart }),
  };
  return {
    command: process.execPath,
    args: [path.join(__dirname, 'child.js'), JSON.stringify(given)],
  };
}

/** The two ways in which each contender is started. */
export function childCommands(
  module: string,
  settings: object,
  pictures: string[],
): { serve: Command; coldStart: Command } {
  return {
    serve: runChild(module, settings, { pictures }),
    coldStart: runChild(module, settings, { pictures, coldStart: true }),
  };
}
