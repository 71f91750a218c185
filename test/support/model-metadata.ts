import { crc32, deflateRawSync } from 'node:zlib';

import { Builder } from 'flatbuffers';

import { buildModel, int8, reference, table, tableVector, vector } from './tflite.js';
import type { Graph } from './tflite.js';

/** A test's description of a tensor in a model's metadata. */
export interface TensorSaid {
  name?: string;
  normalization?: { mean: readonly number[]; std: readonly number[] };
  files?: readonly { name: string; type: number; locale?: string }[];
}

export interface Said {
  name?: string;
  inputs?: readonly TensorSaid[];
  outputs?: readonly TensorSaid[];
}

/** The FlatBuffer of TensorFlow's metadata library (metadata_schema.fbs). */
export function metadata({ name = 'A model', inputs = [], outputs = [] }: Said): Buffer {
  const builder = new Builder(1024);
  builder.forceDefaults(true);
  const floats = (values: readonly number[]): number =>
    vector(builder, 4, values, (value) => {
      builder.addFloat32(value);
    });
  const tensor = (said: TensorSaid): number => {
    const files = (said.files ?? []).map((file) => {
      const [title, locale] = [file.name, file.locale ?? ''].map((text) =>
        builder.createString(text),
      );
      return table(builder, [
        reference(0, title ?? 0),
        int8(2, file.type),
        reference(3, locale ?? 0),
      ]);
    });
    const units = (said.normalization ? [said.normalization] : []).map(({ mean, std }) => {
      const [means, stds] = [floats(mean), floats(std)];
      const options = table(builder, [reference(0, means), reference(1, stds)]);
      return table(builder, [int8(0, 1), reference(1, options)]);
    });
    const title = builder.createString(said.name ?? '');
    const [unitVector, fileVector] = [tableVector(builder, units), tableVector(builder, files)];
    return table(builder, [
      reference(0, title),
      reference(4, unitVector),
      reference(6, fileVector),
    ]);
  };
  const inputVector = tableVector(builder, inputs.map(tensor));
  const outputVector = tableVector(builder, outputs.map(tensor));
  const graph = table(builder, [reference(2, inputVector), reference(3, outputVector)]);
  const graphs = tableVector(builder, [graph]);
  const title = builder.createString(name);
  builder.finish(table(builder, [reference(0, title), reference(3, graphs)]), 'M001');
  return Buffer.from(builder.asUint8Array());
}

/** A file in an archive; a test may make its fields lie. */
export interface Zipped {
  content: Buffer;
  stored?: boolean;
  claimedSize?: number;
  flags?: number;
}

/** An archive as appended to something of `before` bytes. */
export function zip(files: Readonly<Record<string, Zipped>>, before = 0): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = before;
  for (const [name, { content, stored = false, claimedSize, flags = 0 }] of Object.entries(files)) {
    const packed = stored ? content : deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSize ?? content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, place, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** A model with metadata, followed by these files. */
export function modelWith(
  graph: Graph,
  said: Said,
  files: Readonly<Record<string, Zipped>> = {},
): Buffer {
  const model = buildModel({ ...graph, metadata: metadata(said) });
  return Buffer.concat([model, zip(files, model.length)]);
}
