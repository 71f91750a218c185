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

/** What {@link inspectModel} tells. */
export interface ModelDescription {
  /** Why the model cannot be run; absent where it can. What else is told is what could be read then. */
  refused?: string;
  /** In the model's order, by which guests number them; none where it is refused. */
  inputs: TensorDescription[];
  /** In the model's order, by which guests number them; none where it is refused. */
  outputs: TensorDescription[];
  /** Whether `xnnpack` kernels run it as an int8 model that is made of it, or why not. */
  rewrite: RewriteDescription;
  /** What a run takes; absent where it is refused. */
  takes?: ModelCosts;
  /** Of its converter, mostly. */
  description?: string;
  /** The ways to run it; one without a name where it has none. */
  signatures: SignatureDescription[];
  /** How many graphs it has: beside the first, bodies of loops and branches, and other signatures'. */
  subgraphs: number;
  /** How often it has which operator, the most frequent first. */
  operators: OperatorCount[];
  /** What it keeps from one run of a session to the next: names of variables. */
  state: string[];
  /** What its maker says of it; absent where nothing is said. */
  metadata?: Omit<ModelMetadata, 'files'> & {
    /** The files in the archive behind the model. */
    files: {
      /** Its path in the archive. */
      name: string;
      /** Bytes when it is unpacked, as the archive says. */
      size: number;
    }[];
  };
  /** Why no more could be read of its tables; absent where all could. */
  damage?: string;
}

/** What {@link inspectModel} does. */
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

/** What the addon tells of a model that runs, or why it does not. */
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
    // Without the name that the model has here.
    refused: printableLines(reasonOf(error.cause ?? error), MOST_REASON_CHARACTERS),
    inputs: [],
    outputs: [],
    rewrite: { applied: false, reason: 'The model cannot be run.' },
  };
}

/** Of what has no tables of a model nothing can be told but why it is none. */
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
