// sharp and LiteRT.js, which runs XNNPACK in WebAssembly in V8. It is written for browsers: it
// expects `self`, and loads its program with `importScripts`, as a web worker does.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

import { classifier, decoder, requireIn } from './peer.js';
import type { PeerSettings } from './peer.js';
import type { Mark, Workload } from './workload.js';

/** The part of @litertjs/core that is used. */
interface LiteRtJs {
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(model: Uint8Array, options: object): Promise<CompiledModel>;
  Tensor: new (data: Uint8Array, shape: number[]) => LiteRtTensor;
}
interface CompiledModel {
  run(input: LiteRtTensor): Promise<LiteRtTensor[]>;
  delete(): void;
}
interface LiteRtTensor {
  toTypedArray(): ArrayLike<number>;
  delete(): void;
}

export async function create(settings: PeerSettings, mark: Mark): Promise<Workload> {
  const decode = decoder(settings);
  mark('require sharp');
  const require = requireIn(settings);
  actLikeAWebWorker(require);
  const entry = require.resolve('@litertjs/core');
  const liteRt = (await import(pathToFileURL(entry).href)) as LiteRtJs;
  const wasm = path.join(path.dirname(entry), '..', 'wasm');
  await quietly(() => liteRt.loadLiteRt(pathToFileURL(`${wasm}/`).href));
  mark('import @litertjs/core');
  const model = await quietly(() =>
    liteRt.loadAndCompile(readFileSync(settings.model), { accelerator: 'wasm' }),
  );
  mark('load the model');
  const shape = [1, settings.height, settings.width, 3];
  const infer = async (pixels: Buffer): Promise<ArrayLike<number>> => {
    // It is in WebAssembly memory and must be freed explicitly.
    const input = new liteRt.Tensor(new Uint8Array(pixels), shape);
    const outputs = await model.run(input);
    const scores = outputs[0]?.toTypedArray().length ? copyOf(outputs[0]) : [];
    input.delete();
    for (const output of outputs) output.delete();
    return scores;
  };
  return {
    run: classifier(settings, decode, infer),
    close(): Promise<void> {
      model.delete();
      return Promise.resolve();
    },
  };
}

function copyOf(tensor: LiteRtTensor): number[] {
  return Array.from(tensor.toTypedArray());
}

function actLikeAWebWorker(require: NodeJS.Require): void {
  const importScripts = (url: string): void => {
    const file = fileURLToPath(url);
    // Emscripten's output requires these when it detects Node.js.
    Object.assign(globalThis, { require, __filename: file, __dirname: path.dirname(file) });
    runInThisContext(readFileSync(file, 'utf8'), { filename: file });
  };
  Object.assign(globalThis, { self: globalThis, importScripts });
}

/** Suppresses its messages about WebGPU and NPUs, which are not used. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { log, warn, error, info } = console;
  const silent = (): void => undefined;
  Object.assign(console, { log: silent, warn: silent, error: silent, info: silent });
  try {
    return await work();
  } finally {
    Object.assign(console, { log, warn, error, info });
  }
}
