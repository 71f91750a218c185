import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import initWabt from 'wabt';

import { dataFolder, guestFile, root } from '../../scripts/setup/paths.mjs';

/** Something that no run may do, whatever else happens at the same time. */
export class WrongAnswer extends Error {}

/** A grey picture of 16 × 16 pixels, used if there is no photograph. */
const smallPicture = Buffer.from(
  '/9j/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj/' +
    'wAALCAAQABABAREA/8QAHAAAAAAJAAAAAAAAAAAAAAAAAAECAwQFBgcI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAPwBm' +
    'TUEU1D//2Q==',
  'base64',
);

const trivialOptions = { args: ['soak'], files: { '/file': Buffer.from('content') } };
/** The same after every reload, to keep the number of threads constant. */
const shape = { concurrency: 2, maxQueue: 1000 };

/** Ways to run the trivial guest, how often per thousand, and the expected result. */
const trivialRuns = [
  { name: 'answer', weight: 880, run: answer },
  { name: 'large answer', weight: 20, run: largeInput },
  { name: 'forgetful guest', weight: 20, run: (module) => echo(module, 'g') },
  { name: 'exit code', weight: 20, run: exitCode },
  { name: 'trap: unreachable', weight: 10, run: trap('u', 'unreachable') },
  { name: 'trap: memory', weight: 10, run: trap('m', 'memory-out-of-bounds') },
  { name: 'trap: division', weight: 10, run: trap('d', 'divide-by-zero') },
  { name: 'trap: recursion', weight: 10, run: trap('r', 'stack-overflow') },
  { name: 'abort at any time', weight: 14, run: abortAnswer },
  { name: 'abort of a loop', weight: 3, run: abortLoop },
  { name: 'time-out of a loop', weight: 3, run: timeOutLoop },
];

/** The guests of the soak, and the runs on them. */
export class Traffic {
  /** How often each kind of run has happened. */
  counts = {};
  #library;
  #random = randomNumbers(1);
  #folder;
  #compiled;
  #classifierOptions = {
    ...shape,
    models: { default: path.join(root, 'models/default/model.tflite') },
  };
  #picture = smallPicture;
  #sentence;
  #trivial;
  #prepared;
  #classifier;

  /** @param {object} library the package */
  constructor(library) {
    this.#library = library;
    const photograph = path.join(dataFolder(), 'photos/cat_720p.jpg');
    this.photograph = existsSync(photograph) ? photograph : undefined;
    if (this.photograph) this.#picture = readFileSync(this.photograph);
  }

  async open() {
    mkdirSync(path.join(root, 'build'), { recursive: true });
    this.#folder = mkdtempSync(path.join(root, 'build/soak-'));
    const source = path.join(this.#folder, 'guest.wasm');
    writeFileSync(source, await assembled(new URL('./guest.wat', import.meta.url)));
    this.#compiled = path.join(this.#folder, 'guest.so');
    await this.#library.compileModule(source, this.#compiled);
    this.#trivial = await this.#loadTrivial();
    this.#prepared = await this.#loadPrepared();
    this.#classifier = await this.#loadClassifier();
    this.#sentence = (await this.#classifier.run({ stdin: this.#picture })).stdout.toString();
    if (!/^It (is|could be) .* in the picture\n$/.test(this.#sentence)) {
      throw new WrongAnswer(`the classification guest printed '${this.#sentence}'`);
    }
    // What two classifiers need while one replaces the other and both work is not growth.
    const lane = async () => {
      for (let count = 0; count < 20; ++count) await this.#classify();
    };
    await Promise.all([lane(), lane(), lane(), lane(), this.#reloadClassifier()]);
    await Promise.all([lane(), lane(), lane(), lane(), this.#reloadClassifier()]);
  }

  async close() {
    await Promise.all([this.#trivial?.close(), this.#prepared?.close(), this.#classifier?.close()]);
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * Makes this many runs, in any order, some at the same time, occasionally with a reload among
   * them. Resolves when all have ended.
   *
   * @param {number} trivial
   * @param {number} classifications
   */
  async burst(trivial, classifications) {
    const jobs = [
      ...Array.from({ length: trivial }, () => this.#chooseTrivial()),
      ...Array.from({ length: classifications }, () => () => this.#classify()),
      ...Array.from({ length: trivial / 10 }, () => () => this.#usePrepared()),
      ...(this.#random() < 0.1 ? [() => this.#reloadTrivial()] : []),
      ...(this.#random() < 0.1 ? [() => this.#reloadPrepared()] : []),
      ...(this.#random() < 0.02 ? [() => this.#reloadClassifier()] : []),
    ];
    shuffle(jobs, this.#random);
    const lanes = [1, 2, 4, 8, 16][Math.floor(this.#random() * 5)];
    const work = async () => {
      for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) await job();
    };
    await Promise.all(Array.from({ length: lanes }, work));
  }

  /**
   * Loads a separate module, runs it and closes it; one in a hundred is the classification guest.
   */
  async loadAndClose() {
    const classify = this.#random() < 0.01;
    const module = await (classify ? this.#loadClassifier() : this.#loadTrivial());
    const run = classify
      ? module.run({ stdin: this.#picture }).then(({ stdout }) => this.#check(stdout))
      : answer(module, this.#random);
    // Closing resolves after the module's work has ended.
    await Promise.all([run, module.close()]);
    this.#count(classify ? 'load and close, classification' : 'load and close');
  }

  /**
   * Makes every thread of all modules work, so that samples are alike. Of classifications more than
   * there are threads: a module has as many compiled models as it needed at once.
   */
  async settle() {
    const times = (count, job) => Array.from({ length: count }, job);
    await Promise.all([
      ...times(shape.concurrency, () => answer(this.#trivial, this.#random)),
      ...times(shape.concurrency, () => this.#usePrepared()),
      ...times(2 * shape.concurrency, () => this.#classify()),
    ]);
  }

  #chooseTrivial() {
    let ticket = this.#random() * trivialRuns.reduce((sum, { weight }) => sum + weight, 0);
    const { name, run } = trivialRuns.find(({ weight }) => (ticket -= weight) < 0);
    return async () => {
      await run(this.#trivial, this.#random);
      this.#count(name);
    };
  }

  async #classify() {
    const { stdout } = await this.#classifier.run({ stdin: this.#picture });
    this.#check(stdout);
    this.#count('classification');
  }

  #check(stdout) {
    if (stdout.toString() !== this.#sentence) {
      throw new WrongAnswer(`'${stdout}' where '${this.#sentence}' was right before`);
    }
  }

  // The old module finishes its work while the new one accepts new work.

  async #reloadTrivial() {
    const old = this.#trivial;
    this.#trivial = await this.#loadTrivial();
    await old.close();
    this.#count('re-load');
  }

  async #reloadPrepared() {
    const old = this.#prepared;
    this.#prepared = await this.#loadPrepared();
    await old.close();
    this.#count('re-load, snapshot');
  }

  async #reloadClassifier() {
    const old = this.#classifier;
    this.#classifier = await this.#loadClassifier();
    await old.close();
    this.#count('re-load, classification');
  }

  #loadTrivial() {
    return this.#library.loadModule(this.#compiled, { ...trivialOptions, ...shape });
  }

  /** The trivial guest, whose instances begin with the state that one of them has prepared. */
  #loadPrepared() {
    return this.#library.loadModule(this.#compiled, {
      ...{ ...trivialOptions, ...shape, snapshot: 'prepare' },
    });
  }

  /** Each instance finds the prepared state, and overwrites it. */
  async #usePrepared() {
    const found = await this.#prepared.call('use');
    if (found !== 7 * 40) throw new WrongAnswer(`${found} in a snapshot, where 280 is right`);
    this.#count('snapshot');
  }

  #loadClassifier() {
    return this.#library.loadModule(guestFile, this.#classifierOptions);
  }

  #count(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

async function echo(module, input) {
  const { stdout, exitCode } = await module.run({ stdin: input });
  if (exitCode !== 0 || stdout.toString() !== input) {
    throw new WrongAnswer(`exit code ${exitCode} and '${stdout}' for the input '${input}'`);
  }
}

function answer(module, random) {
  return echo(module, `hello ${random()}`);
}

async function largeInput(module) {
  // The guest reads as much as fits into its buffer.
  const { stdout } = await module.run({ stdin: Buffer.alloc(100_000, 'a') });
  if (stdout.length !== 256) throw new WrongAnswer(`${stdout.length} bytes where 256 are right`);
}

async function exitCode(module) {
  const { exitCode: code } = await module.run({ stdin: 'x' });
  if (code !== 7) throw new WrongAnswer(`exit code ${code} where 7 is right`);
}

function trap(letter, kind) {
  return async (module) => {
    const error = await failure(module.run({ stdin: letter }));
    if (error?.code !== 'ERR_TRAP' || error.trap !== kind) {
      throw new WrongAnswer(`'${error}' (${error?.trap}) where the trap '${kind}' is right`);
    }
    if (module.mode === 'aot' && error.guestStack.length === 0) {
      throw new WrongAnswer(`'${error}' does not say where the guest was`);
    }
  };
}

/** Aborts a run that ends by itself: before it begins, while it runs or too late. */
async function abortAnswer(module, random) {
  const abort = new AbortController();
  const run = failure(module.run({ stdin: 'hello', signal: abort.signal }));
  if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  const error = await run;
  if (error !== undefined && error.code !== 'ERR_ABORTED') throw new WrongAnswer(String(error));
}

async function abortLoop(module, random) {
  const abort = new AbortController();
  const run = failure(module.run({ stdin: 's', signal: abort.signal }));
  setTimeout(() => abort.abort(), random() * 3);
  const error = await run;
  if (error?.code !== 'ERR_ABORTED') throw new WrongAnswer(`'${error}' for an aborted loop`);
}

async function timeOutLoop(module) {
  const error = await failure(module.run({ stdin: 's', timeoutMs: 2 }));
  if (error?.code !== 'ERR_TIMEOUT') throw new WrongAnswer(`'${error}' for a loop with a time-out`);
}

/** The error with which a run rejects; undefined if it does not. */
export async function failure(run) {
  try {
    await run;
    return undefined;
  } catch (error) {
    return error;
  }
}

function shuffle(values, random) {
  for (let index = values.length - 1; index > 0; --index) {
    const other = Math.floor(random() * (index + 1));
    [values[index], values[other]] = [values[other], values[index]];
  }
}

/** The assembled guest of that text file. */
export async function assembled(file) {
  const wabt = await initWabt();
  // In a separate buffer: wabt reads the whole ArrayBuffer under a view.
  const module = wabt.parseWat('guest.wat', Uint8Array.from(readFileSync(file)));
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** Numbers from 0 to 1 that are the same in every soak: a linear congruential generator. */
export function randomNumbers(seed) {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 33n) / 2 ** 31;
  };
}
