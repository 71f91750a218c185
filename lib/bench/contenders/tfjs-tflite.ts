// sharp and tfjs-tflite-node, TensorFlow Lite 2.9's own addon for Node.js.
import { readFileSync } from 'node:fs';

import { classifier, decoder, requireIn } from './peer.js';
import type { PeerSettings } from './peer.js';
import type { Mark, Workload } from './workload.js';

/** The part of tfjs-tflite-node that is used: its runner, without the tensors of TensorFlow.js. */
interface TfliteNode {
  loadTFLiteModel(model: ArrayBuffer, options: object): Promise<{ modelRunner: Runner }>;
}
interface Runner {
  getInputs(): TensorInfo[];
  getOutputs(): TensorInfo[];
  infer(): boolean;
}
interface TensorInfo {
  data(): Uint8Array;
}

export async function create(settings: PeerSettings, mark: Mark): Promise<Workload> {
  const decode = decoder(settings);
  mark('require sharp');
  const tflite = requireIn(settings)('tfjs-tflite-node') as TfliteNode;
  mark('require tfjs-tflite-node');
  const bytes = new Uint8Array(readFileSync(settings.model)).buffer;
  const { modelRunner } = await tflite.loadTFLiteModel(bytes, { numThreads: 1 });
  mark('load the model');
  const infer = (pixels: Buffer): ArrayLike<number> => {
    modelRunner.getInputs()[0]?.data().set(pixels);
    if (!modelRunner.infer()) throw new Error('The inference failed.');
    return modelRunner.getOutputs()[0]?.data() ?? [];
  };
  return {
    run: classifier(settings, decode, infer),
    close: () => Promise.resolve(),
  };
}
