import path from 'node:path';

import { addon } from '../../native.js';
import { bytesOf, dependencyFolders, withLibraries } from '../disk.js';
import { addonFolder, pluginFolder, root, wasmedgeProgram } from '../places.js';

import { compiledGuest } from './compiled-guest.js';
import { Unavailable } from './definition.js';
import type { Definition, InstalledPart, PreparationContext, Prepared } from './definition.js';
import type { EmbeddedSettings } from './embedded.js';
import { childCommands, runChild } from './run-child.js';

const ISOLATIONS = ['in-process', 'worker-process', 'subprocess'] as const;
type Isolation = (typeof ISOLATIONS)[number];

/** This package in each isolation, classifying. */
export const classification: Definition[] = ISOLATIONS.map((isolation) => ({
  name: isolation,
  title: `wasmedge-embed, ${isolation}`,
  workload: 'classification',
  group: 'embedded',
  prepare: (context) => prepare(isolation, context, { withModel: true }),
}));

/** The same with a guest that does nothing but to copy its input: what isolation itself costs. */
export const trivial: Definition[] = ISOLATIONS.map((isolation) => ({
  name: `echo-${isolation}`,
  title: `Trivial guest, ${isolation}`,
  workload: 'trivial',
  group: 'embedded',
  prepare: (context) => prepare(isolation, context, { withModel: false }),
}));

async function prepare(
  isolation: Isolation,
  { model, pictures, concurrency, progress }: PreparationContext,
  { withModel }: { withModel: boolean },
): Promise<Prepared> {
  if (isolation === 'subprocess') requireProgram();
  const guest = await compiledGuest(withModel ? 'image-classification' : 'echo', progress);
  const runtime = await addon().runtime();
  const settings: EmbeddedSettings = {
    isolation: isolation as EmbeddedSettings['isolation'],
    guest,
    kernels: 'xnnpack',
    concurrency,
    ...(withModel && { model: { file: model.file, labels: model.labels } }),
  };
  return {
    ...childCommands('embedded.js', settings, pictures),
    // Elsewhere the parts are another process's.
    ...(isolation === 'in-process' && {
      coldStartApart: runChild(
        'embedded.js',
        { ...settings, apart: true },
        { pictures, coldStart: true },
      ),
    }),
    versions: { WasmEdge: runtime.version, LiteRT: '2.3.0' },
    installed: [
      ...packageParts(),
      { part: 'WasmEdge and LLVM', bytes: bytesOf(...withLibraries(runtime.path)) },
      ...(isolation === 'subprocess' ? programParts() : []),
      {
        part: withModel ? 'guest and model' : 'guest',
        bytes: bytesOf(guest, ...(withModel ? [model.file, model.labels] : [])),
      },
    ],
  };
}

function requireProgram(): void {
  if (wasmedgeProgram() === undefined) {
    throw new Unavailable("WasmEdge's own program, wasmedge, is not installed.");
  }
  if (pluginFolder() === undefined) {
    throw new Unavailable('The plug-ins for WasmEdge are not built.');
  }
}

/** What npm puts on the disk, sources for its own development left out. */
function packageParts(): InstalledPart[] {
  const libraries = addonFolder();
  return [
    { part: 'LiteRT', bytes: bytesOf(path.join(libraries, 'libLiteRt.so')) },
    {
      part: 'addon and JavaScript',
      bytes: bytesOf(
        path.join(libraries, 'wasmedge_embed.node'),
        path.join(root, 'dist'),
        path.join(root, 'package.json'),
      ),
    },
    { part: 'npm dependencies', bytes: bytesOf(...dependencyFolders(root)) },
  ];
}

function programParts(): InstalledPart[] {
  return [
    {
      part: 'wasmedge program and plug-ins',
      bytes: bytesOf(wasmedgeProgram() ?? '', pluginFolder() ?? ''),
    },
  ];
}
