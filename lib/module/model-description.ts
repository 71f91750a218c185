import { loadModels, modelSources, readModels } from '../models/models.js';
import type { ReadModel } from '../models/models.js';
import { Damaged, sourceOf } from '../models/tflite/flat-buffer.js';
import type { ByteSource } from '../models/tflite/flat-buffer.js';
import { readGraph } from '../models/tflite/graph.js';
import type {
  GraphDescription,
  OperatorCount,
  SignatureDescription,
} from '../models/tflite/graph.js';
import { readMetadata } from '../models/tflite/metadata.js';
import type { ModelMetadata } from '../models/tflite/metadata.js';
import type { BytesLike } from '../options/types.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { printableLines } from '../support/printable.js';
import type { ModelCosts, RewriteDescription, TensorDescription } from '../support/shared-types.js';

const MOST_REASON_CHARACTERS = 2000;

/** The result of {@link inspectModel}. */
export interface ModelDescription {
  /**
   * Why the model cannot be run; absent if it can. The other fields then contain what could be
   * read.
   */
  refused?: string;
  /** In the model's order, which is how guests number them; empty if the model is rejected. */
  inputs: TensorDescription[];
  /** In the model's order, which is how guests number them; empty if the model is rejected. */
  outputs: TensorDescription[];
  /** Whether the model is converted to int8 for `xnnpack` kernels, or why not. */
  rewrite: RewriteDescription;
  /** Cost of a run; absent if the model is rejected. */
  takes?: ModelCosts;
  /** The model's own description, usually written by its converter. */
  description?: string;
  /** Its signatures; one without a name if it has none. */
  signatures: SignatureDescription[];
  /**
   * Number of graphs: in addition to the first, bodies of loops and branches, and graphs of other
   * signatures.
   */
  subgraphs: number;
  /** Its operators with their counts, most frequent first. */
  operators: OperatorCount[];
  /** State that it keeps from one run of a session to the next: names of variables. */
  state: string[];
  /** Metadata by the model's author; absent if there is none. */
  metadata?: Omit<ModelMetadata, 'files'> & {
    /** Files in the archive appended to the model. */
    files: {
      /** Its path in the archive. */
      name: string;
      /** Unpacked size in bytes, according to the archive. */
      size: number;
    }[];
  };
  /** Why its tables could not be read completely; absent if they could. */
  damage?: string;
}

/** Implements {@link inspectModel}. */
export async function describeModel(file: string | BytesLike): Promise<ModelDescription> {
  const models = await readModels(modelSources({ model: { file } }));
  const source = sourceOf(models[0]?.content ?? Buffer.alloc(0));
  const facts = await factsOf(models);
  const metadata = readMetadata(source);
  return {
    ...(facts instanceof WasmEdgeError ? refusedFor(facts) : facts),
    ...graphIn(source, facts),
    ...(metadata && { metadata: withoutPlaces(metadata) }),
  };
}

type Facts = Pick<ModelDescription, 'refused' | 'inputs' | 'outputs' | 'rewrite' | 'takes'>;

/** The addon's description of a model that runs, or the reason why it does not. */
async function factsOf(models: readonly ReadModel[]): Promise<Facts | WasmEdgeError> {
  try {
    const { byName } = await loadModels(models);
    const model = byName['model'];
    if (!model) throw new WasmEdgeError('ERR_MODEL', 'The model was not loaded.');
    const { inputs, outputs, rewrite, takes } = model;
    return { inputs, outputs, rewrite, takes };
  } catch (error) {
    const isRefusal =
      error instanceof WasmEdgeError && (error.code === 'ERR_MODEL' || error.code === 'ERR_LIMIT');
    if (isRefusal) return error;
    throw error;
  }
}

function refusedFor(error: WasmEdgeError): Facts {
  return {
    // Without the name that is used for the model here.
    refused: printableLines(reasonOf(error.cause ?? error), MOST_REASON_CHARACTERS),
    inputs: [],
    outputs: [],
    rewrite: { applied: false, reason: 'The model cannot be run.' },
  };
}

/** For a file without a model's tables, there is nothing but the reason. */
function graphIn(source: ByteSource, facts: Facts | WasmEdgeError): GraphDescription {
  try {
    return readGraph(source);
  } catch (error) {
    throw error instanceof Damaged && facts instanceof WasmEdgeError ? facts : error;
  }
}

function withoutPlaces({
  files,
  ...rest
}: ModelMetadata): NonNullable<ModelDescription['metadata']> {
  return { ...rest, files: files.map(({ name, size }) => ({ name, size })) };
}
