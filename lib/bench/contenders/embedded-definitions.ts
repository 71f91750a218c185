import path from 'node:path';

import { addon } from '../../addon/native.js';
import { ISOLATIONS } from '../../module/load-settings.js';
import { bytesOf } from '../../support/disk-usage.js';
import type { Isolation } from '../../support/shared-types.js';
import { dependencyFolders, withLibraries } from '../disk.js';
import { addonFolder, guestSource, liteRt, root, wasmedgeProgram } from '../places.js';
import type { WasmEdgeProgram } from '../places.js';

import { compiledModule } from './compiled-guest.js';
import type { Definition, InstalledPart, PreparationContext, Prepared } from './definition.js';
import type { EmbeddedSettings } from './embedded.js';
import { childCommands, runChild } from './run-child.js';

/**
 * The input of the trivial guest: small, so that the invocation is measured rather than the
 * copying.
 */
export const TRIVIAL_BYTES = 1024;

/** Classification with this package in each isolation. */
export const classification: Definition[] = ISOLATIONS.map((isolation) => ({
  name: isolation,
  title: `wasmedge-embed, ${isolation}`,
  workload: 'classification',
  group: 'embedded',
  prepare: (context) => prepare(isolation, context, { withModel: true }),
}));

/** The same with a guest that only copies its input: the cost of isolation itself. */
export const trivial: Definition[] = ISOLATIONS.map((isolation) => ({
  name: `echo-${isolation}`,
  title: `Trivial guest, ${isolation}`,
  workload: 'trivial',
  group: 'embedded',
  notes: ['The guest copies 1 KiB from standard input to standard output.'],
  prepare: (context) => prepare(isolation, context, { withModel: false }),
}));

async function prepare(
  isolation: Isolation,
  { model, pictures, concurrency, progress }: PreparationContext,
  { withModel }: { withModel: boolean },
): Promise<Prepared> {
  const program = isolation === 'subprocess' ? await wasmedgeProgram() : undefined;
  const source = guestSource(withModel ? 'image-classification' : 'echo');
  const guest = await compiledModule(source, progress);
  const runtime = await addon().runtime();
  const settings: EmbeddedSettings = {
    isolation,
    guest,
    kernels: 'xnnpack',
    concurrency,
    ...(withModel
      ? { model: { file: model.file, labels: model.labels } }
      : { copiedBytes: TRIVIAL_BYTES }),
  };
  return {
    ...childCommands('embedded.js', settings, pictures),
    // Otherwise, the parts are in another process.
    ...(isolation === 'in-process' && {
      coldStartApart: runChild(
        'embedded.js',
        { ...settings, apart: true },
        { pictures, coldStart: true },
      ),
    }),
    versions: { WasmEdge: runtime.version, LiteRT: liteRt().version },
    installed: [
      ...packageParts(),
      { part: 'WasmEdge and LLVM', bytes: bytesOf(...withLibraries(runtime.path)) },
      ...(program ? [programPart(program)] : []),
      {
        part: withModel ? 'guest and model' : 'guest',
        bytes: bytesOf(guest, ...(withModel ? [model.file, model.labels] : [])),
      },
    ],
  };
}

/** What npm installs, excluding sources for development of the package itself. */
function packageParts(): InstalledPart[] {
  const libraries = addonFolder();
  return [
    { part: 'LiteRT', bytes: bytesOf(liteRt().file) },
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

/** The program, and the plug-ins with the libraries that they share. */
export function programPart({ file, plugins }: WasmEdgeProgram): InstalledPart {
  const shared = path.join(addonFolder(), 'libwasmedge_embed_plugin.so');
  return { part: 'wasmedge program and plug-ins', bytes: bytesOf(file, plugins, shared) };
}
