import { execFileSync } from 'node:child_process';

import { addon } from '../../native.js';
import { bytesOf, withLibraries } from '../disk.js';
import { pluginFolder, wasmedgeProgram } from '../places.js';

import { compiledGuest } from './compiled-guest.js';
import { Unavailable } from './definition.js';
import type { Definition, PreparationContext, Prepared } from './definition.js';
import type { OriginalSettings } from './original.js';
import { childCommands } from './run-child.js';

const GUEST = 'image-classification-wasmedge-tensorflow';

/** What this package replaces, step for step. */
export const classification: Definition[] = [
  {
    name: 'original',
    title: "The original's way: spawn wasmedge",
    workload: 'classification',
    group: 'original',
    notes: [
      'A process for every picture: hexadecimal text in, the model embedded in the guest, the whole ' +
        "picture decoded by wasmedge_image, TensorFlow Lite's built-in kernels.",
      "LiteRT's built-in kernels are some 4 times faster than those of TensorFlow Lite 2.9 and 2.14, which " +
        "the original's tools had: its way was slower still than what is measured here.",
    ],
    prepare,
  },
];

async function prepare({ pictures, progress }: PreparationContext): Promise<Prepared> {
  const command = wasmedgeProgram();
  if (command === undefined) {
    throw new Unavailable("WasmEdge's own program, wasmedge, is not installed.");
  }
  const plugins = pluginFolder();
  if (plugins === undefined) throw new Unavailable('The plug-ins for WasmEdge are not built.');
  const guest = await compiledGuest(GUEST, progress);
  const settings: OriginalSettings = {
    command,
    args: [guest],
    env: { WASMEDGE_PLUGIN_PATH: plugins, WASMEDGE_EMBED_INFERENCE: 'threads=1,kernels=builtin' },
  };
  const runtime = await addon().runtime();
  return {
    ...childCommands('original.js', settings, pictures),
    versions: { WasmEdge: programVersion(command), LiteRT: '2.3.0' },
    installed: [
      { part: 'WasmEdge and LLVM', bytes: bytesOf(...withLibraries(runtime.path)) },
      { part: 'wasmedge program and plug-ins', bytes: bytesOf(command, plugins) },
      { part: 'guest and model', bytes: bytesOf(guest) },
    ],
  };
}

function programVersion(command: string): string {
  const said = execFileSync(command, ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+\S*/.exec(said)?.[0] ?? said.trim();
}
