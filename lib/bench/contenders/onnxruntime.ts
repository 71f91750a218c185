// sharp and onnxruntime-node, with an int8 model and one thread.
import { classifier, decoder, requireIn } from './peer.js';
import type { PeerSettings } from './peer.js';
import type { Mark, Workload } from './workload.js';

/** The part of onnxruntime-node that is used. */
interface OnnxRuntime {
  InferenceSession: {
    create(file: string, options: object): Promise<Session>;
  };
  Tensor: new (type: string, data: Uint8Array | Int8Array, shape: number[]) => object;
}
interface Session {
  inputNames: string[];
  outputNames: string[];
  inputMetadata: { type?: string }[];
  run(inputs: Record<string, object>): Promise<Record<string, { data: ArrayLike<number> }>>;
  release(): Promise<void>;
}

export async function create(settings: PeerSettings, mark: Mark): Promise<Workload> {
  const decode = decoder(settings);
  mark('require sharp');
  const { InferenceSession, Tensor } = requireIn(settings)('onnxruntime-node') as OnnxRuntime;
  mark('require onnxruntime-node');
  const session = await InferenceSession.create(settings.model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  mark('load the model');
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  const shape = [1, settings.height, settings.width, 3];
  const signed = session.inputMetadata[0]?.type === 'int8';
  const infer = async (pixels: Buffer): Promise<ArrayLike<number>> => {
    const tensor = signed
      ? new Tensor('int8', toSigned(pixels), shape)
      : new Tensor('uint8', pixels, shape);
    const results = await session.run({ [input]: tensor });
    return results[output]?.data ?? [];
  };
  return {
    run: classifier(settings, decode, infer),
    close: () => session.release(),
  };
}

/** Subtracts 128 from each byte, for the int8 models. In place: nobody else uses the pixels. */
function toSigned(pixels: Buffer): Int8Array {
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] ?? 0) ^ 0x80;
  return new Int8Array(pixels.buffer, pixels.byteOffset, pixels.length);
}
