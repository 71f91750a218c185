import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { bytesOf } from '../../support/disk-usage.js';
import { megabytes } from '../format.js';
import { installPeer } from '../peer-installation.js';
import type { PeerPackages } from '../peer-installation.js';

import { Unavailable } from './definition.js';
import type { Definition, PreparationContext, Prepared } from './definition.js';
import type { PeerSettings } from './peer.js';
import { childCommands } from './run-child.js';

interface Peer {
  name: string;
  title: string;
  module: string;
  packages: PeerPackages;
  /** Uses the ONNX version of the model instead of the TensorFlow Lite one. */
  onnx?: true;
  notes: string[];
}

/** The version that all of them use to decode. */
export const SHARP = { sharp: '0.35.5' };

const peers: Peer[] = [
  {
    name: 'sharp-onnxruntime',
    title: 'sharp + onnxruntime-node, int8',
    module: 'onnxruntime.js',
    packages: { name: 'onnxruntime', dependencies: { ...SHARP, 'onnxruntime-node': '1.30.0' } },
    onnx: true,
    notes: ['No isolation: decoder and runtime are native code in the process.'],
  },
  {
    name: 'sharp-litert-js',
    title: 'sharp + LiteRT.js',
    module: 'litert-js.js',
    packages: { name: 'litert-js', dependencies: { ...SHARP, '@litertjs/core': '2.5.3' } },
    notes: [
      'Inference in WebAssembly, decoding in native code. Made for browsers; a shim of ours loads it.',
    ],
  },
  {
    name: 'sharp-tfjs-tflite',
    title: 'sharp + tfjs-tflite-node',
    module: 'tfjs-tflite.js',
    packages: {
      name: 'tfjs-tflite',
      dependencies: {
        ...SHARP,
        'tfjs-tflite-node': '0.0.2',
        '@tensorflow/tfjs-core': '4.22.0',
        '@tensorflow/tfjs-backend-cpu': '4.22.0',
      },
      builds: 'tfjs-tflite-node',
    },
    notes: ['No isolation. Its TensorFlow Lite is from 2022.'],
  },
];

/** What a Node.js user would choose instead. */
export const classification: Definition[] = peers.map((peer) => ({
  name: peer.name,
  title: peer.title,
  workload: 'classification',
  group: 'peer',
  notes: peer.notes,
  prepare: (context) => prepare(peer, context),
}));

async function prepare(
  { module, packages, onnx: takesOnnx }: Peer,
  { model, onnx, pictures, peers: wanted, progress }: PreparationContext,
): Promise<Prepared> {
  if (!wanted) throw new Unavailable('Peers were not requested.');
  const file = takesOnnx ? onnx : model.file;
  if (file === undefined) {
    throw new Unavailable('No ONNX version of the model was found; specify it with --onnx.');
  }
  const { folder, versions } = await installPeer(packages, progress);
  const { labels, width, height } = model;
  const settings: PeerSettings = { folder, model: file, labels, width, height };
  const modules = path.join(folder, 'node_modules');
  return {
    ...childCommands(module, settings, pictures),
    versions,
    ...(takesOnnx && { notes: [onnxRuntimeNote(path.join(modules, 'onnxruntime-node'))] }),
    installed: [
      ...['onnxruntime-node', '@litertjs', 'tfjs-tflite-node', '@tensorflow']
        .filter((name) => existsSync(path.join(modules, name)))
        .map((name) => ({ part: name, bytes: bytesOf(path.join(modules, name)) })),
      {
        part: 'sharp and libvips',
        bytes: bytesOf(path.join(modules, 'sharp'), path.join(modules, '@img')),
      },
      { part: 'model', bytes: bytesOf(file, labels) },
    ],
  };
}

/** npm installs the libraries for all platforms. */
function onnxRuntimeNote(folder: string): string {
  const binaries = path.join(folder, 'bin');
  const ofThis = readdirSync(binaries)
    .map((version) => path.join(binaries, version, process.platform, process.arch))
    .filter((each) => existsSync(each));
  const [all, own] = [bytesOf(binaries), bytesOf(...ofThis)].map((bytes) => megabytes(bytes));
  return `Of the ${all ?? ''} MB of libraries that npm installs, ${own ?? ''} MB are for this platform.`;
}
