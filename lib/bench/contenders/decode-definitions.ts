import path from 'node:path';

import { addon } from '../../addon/native.js';
import { bytesOf } from '../../support/disk-usage.js';
import { installPeer } from '../peer-installation.js';
import { guestSource } from '../places.js';

import { compiledModule } from './compiled-guest.js';
import { decodePictures } from './decode-pictures.js';
import { Unavailable } from './definition.js';
import type { Definition, PreparationContext, Prepared } from './definition.js';
import type { EmbeddedSettings } from './embedded.js';
import type { PeerSettings } from './peer.js';
import { SHARP } from './peer-definitions.js';
import { childCommands } from './run-child.js';

/**
 * From a JPEG to the bytes of the model's input: decoding and resizing JPEGs of every size and
 * kind.
 */
export const decode: Definition[] = [
  {
    name: 'decode-in-process',
    title: 'wasmedge-embed, in-process',
    workload: 'decode',
    group: 'embedded',
    notes: ['The guest’s own code, without inference.'],
    prepare: prepareOwn,
  },
  {
    name: 'decode-sharp',
    title: 'sharp',
    workload: 'decode',
    group: 'peer',
    notes: ['libjpeg-turbo and libvips, native code in the process, one thread.'],
    prepare: prepareSharp,
  },
];

async function prepareOwn(context: PreparationContext): Promise<Prepared> {
  const { folder } = await sharpOf(context);
  const { model, concurrency, progress } = context;
  const settings: EmbeddedSettings = {
    isolation: 'in-process',
    guest: await compiledModule(guestSource('image-classification'), progress),
    kernels: 'xnnpack',
    concurrency,
    model: { file: model.file, labels: model.labels },
  };
  return {
    ...(await withPictures('embedded.js', settings, folder, context)),
    versions: { WasmEdge: (await addon().runtime()).version },
    installed: [],
  };
}

async function prepareSharp(context: PreparationContext): Promise<Prepared> {
  const { folder, versions } = await sharpOf(context);
  const { file, labels, width, height } = context.model;
  const settings: PeerSettings = { folder, model: file, labels, width, height };
  const modules = path.join(folder, 'node_modules');
  return {
    ...(await withPictures('decode-sharp.js', settings, folder, context)),
    versions,
    installed: [
      {
        part: 'sharp and libvips',
        bytes: bytesOf(path.join(modules, 'sharp'), path.join(modules, '@img')),
      },
    ],
  };
}

/** sharp also creates the pictures. */
function sharpOf({ peers, progress }: PreparationContext): ReturnType<typeof installPeer> {
  if (!peers)
    throw new Unavailable('Peers were not requested, and one of them creates the pictures.');
  return installPeer({ name: 'sharp', dependencies: SHARP }, progress);
}

async function withPictures(
  module: string,
  settings: object,
  folder: string,
  { pictures: [photograph], progress }: PreparationContext,
): Promise<Pick<Prepared, 'serve' | 'coldStart' | 'pictures'>> {
  if (photograph === undefined)
    throw new Unavailable('There is no photograph to create JPEGs from.');
  progress('creating JPEGs of every size and kind');
  const pictures = await decodePictures(folder, photograph);
  return {
    ...childCommands(
      module,
      settings,
      pictures.map(({ file }) => file),
    ),
    pictures: pictures.map(({ name }) => name),
  };
}
