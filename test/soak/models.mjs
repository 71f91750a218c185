import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from '../../scripts/setup/paths.mjs';
import { MixedTraffic } from './mixed-traffic.mjs';
import { WrongAnswer, failure } from './traffic.mjs';

const require = createRequire(import.meta.url);
const guest = path.join(root, 'wasm/target/wasm32-wasip1/release/infer.wasm');
const shape = { concurrency: 2, maxQueue: 1000 };

/** float32 [1,1] → the sum of all inputs of the session: accumulatorModel() of test/support/tflite-models.ts. */
const accumulator = Buffer.from(
  'FAAAAFRGTDMAAAAAAAAAAAAAAACu////FAAAACQAAAA0AAAAOAAAAAMAAAAEAAAAjAIAADACAADcAQAAmAEAAA4AAABtYWRlIGJ5IGEgdGVz' +
    'dAAAAQAAABwAAAABAAAA0AAAAAAADgAYABQAEAAMAAgABAAOAAAAFAAAABwAAAAgAAAAJAAAACgAAAAEAAAAbWFpbgAAAAABAAAAQAAAAAEA' +
    'AAAFAAAAAQAAAAAAAAAGAAAA2AEAAHgBAAAoAQAA7AAAALgAAAB4AAAAAAAOABoAFAAQAAwACwAEAA4AAAAcAAAAAAAABxwAAAAgAAAAAAAA' +
    'AAAABgAIAAcABgAAAAAAAAABAAAABQAAAAUAAAAAAAAAAQAAAAIAAAADAAAABAAAAAwAEAAPAAAACAAEAAwAAAAYAAAAAQAAAAAAABjA/v//' +
    'HAAAAAAAAAAAAAAABAAAAAIAAAABAAAAAQAAAAUAAAB0b3RhbAAAABAAGAAUABMADAAIAAAABwAQAAAAAAAAARwAAAAAAAAAAAAAAAQAAAAC' +
    'AAAAAQAAAAEAAAAFAAAAc3RhdGUAAAAs////GAAAAAMAAAAAAAAABAAAAAEAAAABAAAABAAAAGJpYXMAAAAAdv///wQAAAAEAAAAAAAAAGT/' +
    '//8cAAAAAgAAAAAAAAAEAAAAAgAAAAEAAAABAAAACQAAAHJlY3VycmVudAAAALb///8EAAAABAAAAAAAgD8AAAAAAAAAAAAAAACw////HAAA' +
    'AAEAAAAAAAAABAAAAAIAAAABAAAAAQAAAAcAAAB3ZWlnaHRzAAAABgAIAAQABgAAAAQAAAAEAAAAAACAPwAAAAAAAAAAAAAAAAwAFAAQAA8A' +
    'CAAEAAwAAAAcAAAAAAAAAAAAAAAEAAAAAgAAAAEAAAABAAAABAAAAHN0ZXAAAAAABAAEAAQAAAA=',
  'base64',
);
/** float32 [-1,3] → the square of each: squareModel(). */
const square = Buffer.from(
  'CAAAAFRGTDO6////FAAAABgAAAAoAAAALAAAAAMAAAABAAAAeAEAAA4AAABtYWRlIGJ5IGEgdGVzdAAAAQAAABwAAAABAAAAtAAAAAAADgAY' +
    'ABQAEAAMAAgABAAOAAAAFAAAABwAAAAgAAAAJAAAACgAAAAEAAAAbWFpbgAAAAABAAAAMAAAAAEAAAABAAAAAQAAAAAAAAACAAAAwAAAAGwA' +
    'AAAAAA4AGgAUABAADAALAAQADgAAABwAAAAAAAAVHAAAACAAAAAAAAAAAAAGAAgABwAGAAAAAAAAAAEAAAABAAAAAgAAAAAAAAAAAAAADAAQ' +
    'AA8AAAAIAAQADAAAABIAAAABAAAAAAAAEsT///8UAAAAKAAAAAAAAAAAAAAAEAAAAAIAAAD/////AwAAAAIAAAABAAAAAwAAAAYAAABzcXVh' +
    'cmUAABQAGAAUABMADAAIAAAAAAAAAAQAFAAAABQAAAAoAAAAAAAAAAAAAAAQAAAAAgAAAP////8DAAAAAgAAAAEAAAADAAAABgAAAGluPXB1' +
    'dAAABAAEAAQAAAA=',
  'base64',
);

/** What is done with models, how often per hundred, and the expected result. */
const modelRuns = [
  { name: 'state in two sessions', weight: 35, run: keepsState },
  { name: 'shapes that a guest chooses', weight: 30, run: resizes },
  { name: "a guest's own model", weight: 10, run: loads },
  { name: 'an input that is refused', weight: 10, run: isRefused },
  { name: 'an abort among many runs', weight: 15, run: isAborted },
];

/** Guests that run models with state, and models in various shapes. */
export class ModelTraffic extends MixedTraffic {
  /** @param {object} library the package */
  constructor(library) {
    super(library, modelRuns, 3);
  }

  open() {
    return this.load(guest, { ...shape, models: { accumulator, square } });
  }

  /** Makes every thread work at once, so that samples are alike. */
  async settle() {
    await Promise.all(
      this.modules.flatMap((module) => [keepsState(module, () => 0.5), resizes(module, () => 0.5)]),
    );
  }
}

const requests = require(path.join(root, 'dist/cli/infer/requests.js'));

const floats = (values) => Buffer.from(Float32Array.from(values).buffer);

function set(session, shape, values) {
  return requests.setInput({
    ...{ session, input: 0, type: 'float32', shape },
    content: floats(values),
  });
}

function step(session, value) {
  return [set(session, [1, 1], [value]), requests.run(session, [4])];
}

function rows(session, count, value) {
  return [
    set(session, [count, 3], Array(3 * count).fill(value)),
    requests.run(session, [12 * count]),
  ];
}

/** The outputs of all runs, as numbers. */
async function answers(module, given) {
  const { stdout, stderr, exitCode } = await module.run({ stdin: requests.requestBytes(given) });
  if (exitCode !== 0) throw new WrongAnswer(`exit code ${exitCode}: ${stderr}`);
  return requests
    .answersOf(stdout)
    .map(({ outputs: [bytes] }) => [
      ...new Float32Array(Uint8Array.from(bytes).buffer, 0, bytes.length / 4),
    ]);
}

function demand(got, expected) {
  if (JSON.stringify(got) !== JSON.stringify(expected)) {
    throw new WrongAnswer(`${JSON.stringify(got)} where ${JSON.stringify(expected)} is right`);
  }
}

async function keepsState(module, random) {
  const [one, other] = [Math.ceil(random() * 100), Math.ceil(random() * 100)];
  const given = [requests.open('accumulator'), requests.open('accumulator')];
  const expected = [];
  for (let run = 1; run <= 5; ++run) {
    given.push(...step(0, one), ...step(1, other));
    expected.push([one * run], [other * run]);
  }
  demand(await answers(module, given), expected);
}

async function resizes(module, random) {
  const counts = Array.from({ length: 4 }, () => Math.ceil(random() * 40));
  const given = [requests.open('square'), ...counts.flatMap((count) => rows(0, count, count))];
  demand(
    await answers(module, given),
    counts.map((count) => Array(3 * count).fill(count ** 2)),
  );
}

async function loads(module) {
  demand(await answers(module, [requests.load(square), ...rows(0, 1, 7)]), [[49, 49, 49]]);
}

async function isRefused(module) {
  const given = [requests.open('accumulator'), ...step(0, 1), set(0, [1, 1, 1], [1])];
  const result = await module.run({ stdin: requests.requestBytes(given) });
  demand([result.exitCode, result.inferenceFailures.map(({ errno }) => errno)], [70, [1]]);
}

/** Aborted before the first run, between runs or after the last one. */
async function isAborted(module, random) {
  const given = [
    requests.open('accumulator'),
    ...Array.from({ length: 500 }, () => step(0, 1)).flat(),
  ];
  const abort = new AbortController();
  const run = failure(module.run({ stdin: requests.requestBytes(given), signal: abort.signal }));
  setTimeout(() => abort.abort(), random() * 4);
  const error = await run;
  if (error !== undefined && error.code !== 'ERR_ABORTED') throw new WrongAnswer(String(error));
}
