import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../../../scripts/setup/failure.mjs';
import { corpusFolder, generatorFile, workFolder } from './build.mjs';
import { knownAs } from './known.mjs';
import { runModules } from './supervise.mjs';

const batchSize = 12;
const findingsFolder = path.join(workFolder, 'findings');

/** How modules are compiled: with the default options, and with others. */
export const optionSets = [
  { optimize: 3 },
  { optimize: 0 },
  { optimize: 2, interruptible: true },
  { optimize: 1, generic: true },
];

/** The default options for every other batch. */
function optionsOf(batch) {
  return batch % 2 === 0 ? optionSets[0] : optionSets[1 + (((batch - 1) / 2) % 3)];
}

/** Runs modules, counts, and keeps those with a finding. */
export class Session {
  totals = {
    ...{ modules: 0, taken: 0, calls: 0, values: 0, traps: 0, nothing: 0, cpuSeconds: 0 },
    ...{ differences: 0, failures: 0 },
  };
  /** How often each was seen. @type {Map<string, number>} */
  knownSeen = new Map();
  /** @type {{ file: string, details: string[] }[]} */
  findings = [];
  wasmedge = 'unknown';
  #work;

  constructor() {
    this.#work = path.join(workFolder, `work-${process.pid}`);
    mkdirSync(this.#work, { recursive: true });
    mkdirSync(findingsFolder, { recursive: true });
  }

  end() {
    rmSync(this.#work, { recursive: true, force: true });
  }

  /** Every access at every end of memory, regardless of the time. */
  async runAccesses(task) {
    const folder = await this.#generate(['accesses'], task);
    for (const file of filesIn(folder)) await this.run([file], optionSets[0], task);
  }

  /** Generated modules until the time is over; at least one batch. */
  async runGenerated(seed, until, task) {
    for (let batch = 0; batch === 0 || Date.now() < until; batch += 1) {
      const first = seed * 1_000_000 + batch * batchSize;
      const range = ['--seed', String(first), '--count', String(batchSize)];
      const folder = await this.#generate(['generate', ...range, '--corpus', corpusFolder], task);
      await this.run(filesIn(folder), optionsOf(batch), task);
    }
  }

  async #generate(args, task) {
    const folder = path.join(this.#work, 'modules');
    rmSync(folder, { recursive: true, force: true });
    await task.exec(generatorFile, [...args, '--out', folder]);
    return folder;
  }

  /**
   * Runs modules one after the other. A death of the process is a finding, and the rest continues
   * in another process.
   */
  async run(files, options, task) {
    let position = { from: 0, singles: 0 };
    // A failure among calls that were made at once, until it is known which of them it was.
    let suspicion;
    while (files.length > 0) {
      const order = { files, ...position, options, work: this.#work };
      let done = 0;
      const { failure, at, cpuSeconds } = await runModules(order, (line, words) => {
        if (line.wasmedge) this.wasmedge = line.wasmedge;
        if (line.module === undefined) return;
        done += 1;
        // As LLVM's verifier does if it finds fault with WasmEdge's output.
        if (words !== '') this.#keep(line.module, options, [`It wrote: ${words}`]);
        this.#count(line, options);
        task.note(`${this.totals.modules} modules, ${this.totals.calls} calls`);
      });
      this.totals.cpuSeconds += cpuSeconds;
      if (failure !== undefined && at.startsWith('opening')) throw new SetupFailure(failure);
      const last = files.at(-1);
      files = files.slice(done);
      const [first, more] = callsUnderWay(at);
      const details = [`${failure}\n    at ${at}`];
      if (suspicion && (failure === undefined || files[0] !== suspicion.file || more > 0)) {
        this.#fail(suspicion.file, options, [...suspicion.details, 'Not by single calls.']);
      }
      suspicion = undefined;
      if (failure === undefined) return;
      if (more > 0) {
        suspicion = { file: files[0], details };
        position = { from: first, singles: more + 1 };
        continue;
      }
      // It may also fail at exit.
      this.#fail(files[0] ?? last, options, details);
      // The module's other calls are tried as well, unless it fails without a call.
      position = { from: first === undefined ? 0 : first + 1, singles: 0 };
      if (first === undefined) files = files.slice(1);
    }
  }

  #fail(file, options, details) {
    this.totals.failures += 1;
    this.#keep(file, options, details);
  }

  #count({ module, differences, ...counts }, options) {
    this.totals.modules += 1;
    for (const name of ['taken', 'calls', 'values', 'traps', 'nothing']) {
      this.totals[name] += counts[name];
    }
    const unknown = differences.filter((difference) => {
      const found = knownAs(difference, { wasmedge: this.wasmedge });
      if (found) this.knownSeen.set(found.title, (this.knownSeen.get(found.title) ?? 0) + 1);
      return found === undefined;
    });
    if (unknown.length === 0) return;
    this.totals.differences += unknown.length;
    this.#keep(module, options, unknown.map(describe));
  }

  #keep(module, options, details) {
    const file = path.join(findingsFolder, path.basename(module));
    if (file !== module) copyFileSync(module, file);
    const finding = { file, details: [`compiled with ${JSON.stringify(options)}`, ...details] };
    appendFileSync(`${file}.txt`, `${finding.details.join('\n')}\n`);
    this.findings.push(finding);
  }
}

/** The number of the call that a process was executing, and how many it made at the same time. */
function callsUnderWay(at) {
  const [, first, more] = at.match(/, calls (\d+) and (\d+) more:/) ?? [];
  return first === undefined ? [] : [Number(first), Number(more)];
}

function describe({ of, between, call, details }) {
  const where = call ? ` ${call.name}(${call.args.join(', ')})` : '';
  return `${of}, ${between}:${where} ${details}`;
}

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
}
