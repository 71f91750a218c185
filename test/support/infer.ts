import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import type * as Elements from '../../dist/cli/infer/elements.js';
import type * as Inputs from '../../dist/cli/infer/inputs.js';
import type * as Npy from '../../dist/cli/infer/npy.js';
import type * as Requests from '../../dist/cli/infer/requests.js';
import type * as Shapes from '../../dist/cli/infer/shapes.js';
import { ROOT, rustGuest } from './paths.js';

// Parts of the command `infer`, which have no public interface.
const load = createRequire(path.join(ROOT, 'dist', 'cli', 'infer', 'command.js'));

export const { chooseInputs, collectInput } = load('./inputs.js') as typeof Inputs;
export const { shapeOfCount } = load('./elements.js') as typeof Elements;
export const { collectShape } = load('./shapes.js') as typeof Shapes;
export const { isNpy, readNpy, writeNpy } = load('./npy.js') as typeof Npy;
/** How to communicate with the guest `infer`. */
export const requests = load('./requests.js') as typeof Requests;

export type Request = Requests.Request;

export const INFER = rustGuest('infer');

/** The answers of the guest `infer` to requests in one invocation; all runs share its sessions. */
export async function infer(
  options: LoadOptions,
  given: readonly Requests.Request[],
): Promise<Requests.Answer[]> {
  const module = await loadModule(INFER, { concurrency: 1, ...options });
  try {
    const { stdout, stderr, exitCode } = await module.run({ stdin: requests.requestBytes(given) });
    assert.equal(exitCode, 0, stderr.toString());
    return requests.answersOf(stdout);
  } finally {
    await module.close();
  }
}

/** The outputs of each run in the answers. */
export function outputsOf(answers: readonly Requests.Answer[]): Buffer[][] {
  return answers.flatMap((answer) => (answer.kind === 'run' ? [answer.outputs ?? []] : []));
}
