import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { WasmEdgeError } from '../../support/errors.js';
import { loadModule } from '../../module/load-module.js';
import type { LoadedModule } from '../../module/loaded-module.js';
import { printableLines } from '../../support/printable.js';
import type { TensorDescription } from '../../options/types.js';
import { addInferenceOptions, inferenceOf } from '../guest-options.js';
import type { InferenceCommandOptions } from '../guest-options.js';
import { integerIn } from '../parse.js';
import { whileLoading } from '../waiting-line.js';

import { elementCount, shapeOfCount, sizeOf } from './elements.js';
import { findInferGuest } from './guest.js';
import { chooseInputs, collectInput } from './inputs.js';
import type { ChosenInput, GivenInput } from './inputs.js';
import { inferenceJson, inferenceText, outputFiles, writeOutputs } from './report.js';
import type { Output } from './report.js';
import { answersOf, describe, open, requestBytes, run, setInput } from './requests.js';
import type { Answer, Request } from './requests.js';
import { collectShape } from './shapes.js';
import type { Shapes } from './shapes.js';

interface InferOptions extends InferenceCommandOptions {
  input?: GivenInput[];
  shape?: Shapes;
  signature?: string;
  random?: true | number;
  repeat: number;
  output?: string;
  timeout: number;
  json?: true;
}

/** The guest's name for the model. */
const NAME = 'model';
/** The default limits are for guests from strangers, who bring their own models. */
const LARGEST = 2 ** 32;
/** The range of an input's seeds; different inputs and repetitions have different seeds. */
const SEEDS_OF_A_RUN = 8;

export function inferCommand(): Command {
  const command = new Command('infer')
    .description('Run a TensorFlow Lite model on tensors, inside a guest, and show its outputs.')
    .argument('<model>', 'a .tflite file')
    .option(
      '--input <[name=]file>',
      'the elements of an input, by its name or number: a .npy file, or the bytes alone (little-endian, last ' +
        'dimension fastest); repeat it for each input',
      collectInput,
    )
    .option(
      '--shape <name=sizes>',
      "the shape of an input, outermost dimension first, instead of the model's own: image=4x224x224x3; not needed for " +
        'dimensions that the model leaves open if the input is a .npy file',
      collectShape,
    )
    .option(
      '--signature <name>',
      'key of the signature to run (default: the first graph of the file)',
    )
    .option(
      '--random [seed]',
      'use pseudo-random numbers for inputs without a file; the same seed gives the same numbers, which differ from run to run',
      integerIn(0, 0xffff_ffff),
    )
    .option(
      '--repeat <n>',
      "number of consecutive runs in one session; the model's state is kept between them",
      integerIn(1, 1_000_000),
      1,
    )
    .option(
      '-o, --output <folder>',
      'write the outputs of the last run to this folder as NAME.npy; a model with one output also accepts FILE.npy',
    )
    .option(
      '--json',
      'print JSON: up to 4,096 values and the SHA-256 of each output, and the time of each run',
    );
  return addInferenceOptions(command)
    .option('--timeout <seconds>', 'time limit for all runs', integerIn(1, 86_400), 600)
    .addHelpText(
      'after',
      `
Times are those of the computation only, as measured by the guest.

Examples:
  wasmedge-embed infer model.tflite --random
  wasmedge-embed infer model.tflite --input picture.npy --output answer.npy
  wasmedge-embed infer model.tflite --shape image=4x224x224x3 --random
  wasmedge-embed infer model.tflite --input audio=frame.raw --input 1=state.npy --repeat 100 --json`,
    )
    .action(infer);
}

async function infer(model: string, options: InferOptions): Promise<void> {
  const begin = performance.now();
  const guest = findInferGuest();
  const load = (): Promise<LoadedModule> =>
    loadModule(guest, {
      models: {
        [NAME]: {
          file: model,
          ...(options.shape && { shapes: options.shape }),
          ...(options.signature !== undefined && { signature: options.signature }),
        },
      },
      inference: inferenceOf(options),
      limits: {
        timeoutMs: options.timeout * 1000,
        sessionBytes: LARGEST,
        outputBytes: LARGEST,
      },
      concurrency: 1,
      isolation: options.isolation,
    });
  const module = await whileLoading(guest, 'auto', load, { onlyOnTerminal: true });
  const loadMs = performance.now() - begin;
  try {
    const { inputs, outputs } = await descriptionOf(module);
    const chosen = await chooseInputs(inputs, options.input ?? [], options.random !== undefined);
    const files = options.output === undefined ? [] : outputFiles(options.output, outputs);
    const runs = await answersTo(module, requestsOf(chosen, outputs, options));
    const inference = {
      model,
      mode: module.mode,
      loadMs,
      inputs: chosen,
      outputs: namedOutputs(outputs, runs.at(-1)),
      runsMs: runs.flatMap((answer) => (answer.kind === 'run' ? answer.milliseconds : [])),
    };
    if (files.length > 0) await writeOutputs(files, inference.outputs);
    console.log(options.json ? inferenceJson(inference) : inferenceText(inference));
    if (!options.json) for (const file of files) console.log(`Written: ${file}`);
  } finally {
    await module.close();
  }
}

interface Described {
  inputs: TensorDescription[];
  outputs: TensorDescription[];
}

async function descriptionOf(module: LoadedModule): Promise<Described> {
  const [answer] = await answersTo(module, [describe(NAME)]);
  if (answer?.kind !== 'describe') throw new Error('The guest did not describe the model.');
  return JSON.parse(answer.description) as Described;
}

function requestsOf(
  inputs: readonly ChosenInput[],
  outputs: readonly TensorDescription[],
  { repeat, random }: InferOptions,
): Request[] {
  const set = ({ description, given }: ChosenInput, index: number, run: number): Request => {
    const seed = (typeof random === 'number' ? random : 0) + index + SEEDS_OF_A_RUN * run;
    return setInput({
      session: 0,
      input: index,
      ...description,
      content: given?.bytes ?? { seed: seed % 2 ** 32 },
    });
  };
  const sizes = outputs.map(({ type, shape }) => elementCount(shape) * sizeOf(type));
  const requests = [open(NAME)];
  for (let round = 0; round < repeat; ++round) {
    for (const [index, input] of inputs.entries()) {
      // Inputs keep their values.
      if (round === 0 || !input.given) requests.push(set(input, index, round));
    }
    requests.push(run(0, round === repeat - 1 ? sizes : undefined));
  }
  return requests;
}

/**
 * @throws {WasmEdgeError} ERR_MODEL with the guest's message, if it could not carry out the
 *   request.
 */
async function answersTo(module: LoadedModule, requests: readonly Request[]): Promise<Answer[]> {
  const result = await module.run({ stdin: requestBytes(requests) });
  const { stdout, stderr, exitCode, inferenceFailures } = result;
  if (exitCode === 0) return answersOf(stdout);
  const told = printableLines(stderr.toString().trim(), 1000) || `exit code ${exitCode}`;
  const reason = inferenceFailures?.at(-1)?.reason;
  throw new WasmEdgeError(
    'ERR_MODEL',
    `The model could not be run: ${told}${reason === undefined ? '.' : `: ${reason}`}`,
  );
}

function namedOutputs(
  descriptions: readonly TensorDescription[],
  answer: Answer | undefined,
): Output[] {
  const outputs = answer?.kind === 'run' ? (answer.outputs ?? []) : [];
  return descriptions.map(({ name, type, shape, shapeSignature }, index) => {
    const bytes = outputs[index] ?? Buffer.alloc(0);
    const count = bytes.length / sizeOf(type);
    return { name, type, bytes, shape: shapeOfCount(count, shape, shapeSignature) };
  });
}
